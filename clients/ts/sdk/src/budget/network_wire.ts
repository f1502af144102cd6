// Networks and selections between plain values and messages. Loaded with the
// first call that needs it.

import type { MessageInitShape } from "@bufbuild/protobuf";
import { invalidArgument } from "../errors.js";
import type {
  SelectCampaignsRequestSchema,
  SelectCampaignsResponse,
} from "../gen/marketing/intelligence/v1/budget_service_pb.js";
import type {
  NetworkCut as CutMessage,
  FlowNetworkSchema,
} from "../gen/marketing/intelligence/v1/flow_network_pb.js";
import { required } from "../services/required.js";
import type {
  Amount,
  CampaignSelection,
  FlowArcInput,
  NetworkCut,
  SelectionInput,
} from "./network.js";
import { micros } from "./wire.js";

/** A network as a message. */
export function toNetwork(
  arcs: readonly FlowArcInput[],
): MessageInitShape<typeof FlowNetworkSchema> {
  return {
    arcs: arcs.map(({ source, target, capacity, cost }, i) => ({
      sourceId: source,
      targetId: target,
      capacity: toAmount(capacity ?? 0, `arcs[${i}].capacity`),
      unlimited: capacity === undefined,
      cost: toAmount(cost ?? 0, `arcs[${i}].cost`),
    })),
  };
}

/** A whole number. */
export function toAmount(amount: Amount, field: string): bigint {
  if (typeof amount === "bigint") return amount;
  if (!Number.isSafeInteger(amount)) throw invalidArgument(field, `${amount} is no whole number`);
  return BigInt(amount);
}

/** A cut in plain values. */
export function fromCut(message: CutMessage | undefined): NetworkCut {
  const cut = required(message, "cut");
  return {
    value: cut.value,
    firstSide: cut.firstSideIds,
    secondSide: cut.secondSideIds,
    arcs: cut.arcIndexes,
  };
}

/** A choice of campaigns as a message. */
export function toSelection(
  input: SelectionInput,
): MessageInitShape<typeof SelectCampaignsRequestSchema> {
  return {
    campaigns: input.campaigns.map(({ id, profit, setups }, i) => ({
      id,
      profitMicros: micros(profit, `campaigns[${i}].profit`) ?? 0n,
      setupIds: [...(setups ?? [])],
    })),
    setups: (input.setups ?? []).map(({ id, cost }, i) => ({
      id,
      costMicros: micros(cost, `setups[${i}].cost`) ?? 0n,
    })),
    synergies: (input.synergies ?? []).map(({ first, second, value }, i) => ({
      firstId: first,
      secondId: second,
      valueMicros: micros(value, `synergies[${i}].value`) ?? 0n,
    })),
  };
}

/** A selection in plain values. */
export function fromSelection(answer: SelectCampaignsResponse): CampaignSelection {
  return {
    campaigns: answer.campaignIds,
    setups: answer.setupIds,
    profit: Number(answer.profitMicros) / 1e6,
    profitMicros: answer.profitMicros,
    boundMicros: answer.boundMicros,
    exact: answer.exact,
  };
}
