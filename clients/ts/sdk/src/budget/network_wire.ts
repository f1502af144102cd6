// Networks and selections between plain values and messages. Loaded with the
// first call that needs it.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Caller, CallOptions } from "../call.js";
import { invalidArgument } from "../errors.js";
import {
  BudgetService,
  type SelectCampaignsRequestSchema,
  type SelectCampaignsResponse,
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
  MaxFlow,
  MinCostFlow,
  NetworkCut,
  SelectionInput,
} from "./network.js";
import { micros } from "./wire.js";

const { method } = BudgetService;

/** The set of campaigns that earns most. */
export async function selectCampaigns(
  caller: Caller,
  input: SelectionInput,
  options: CallOptions,
): Promise<CampaignSelection> {
  return fromSelection(await caller.unary(method.selectCampaigns, toSelection(input), options));
}

/** The most that can flow, and the cut that bounds it. */
export async function maxFlow(
  caller: Caller,
  arcs: readonly FlowArcInput[],
  sourceId: string,
  targetId: string,
  options: CallOptions,
): Promise<MaxFlow> {
  const request = { network: toNetwork(arcs), sourceId, targetId };
  const { value, flows, cut } = await caller.unary(method.maxFlow, request, options);
  return { value, flows, cut: fromCut(cut) };
}

/** The cut alone. */
export async function minCut(
  caller: Caller,
  arcs: readonly FlowArcInput[],
  sourceId: string,
  targetId: string,
  options: CallOptions,
): Promise<NetworkCut> {
  const request = { network: toNetwork(arcs), sourceId, targetId };
  return fromCut((await caller.unary(method.minCut, request, options)).cut);
}

/** The cheapest flow of an amount. */
export async function minCostFlow(
  caller: Caller,
  arcs: readonly FlowArcInput[],
  sourceId: string,
  targetId: string,
  options: CallOptions & { readonly amount?: Amount },
): Promise<MinCostFlow> {
  const { amount } = options;
  const request = {
    network: toNetwork(arcs),
    sourceId,
    targetId,
    ...(amount !== undefined && { amount: toAmount(amount, "amount") }),
  };
  const { value, cost, flows } = await caller.unary(method.minCostFlow, request, options);
  return { value, cost, flows };
}

/** The cut of all nodes in two that cuts least. */
export async function globalMinCut(
  caller: Caller,
  arcs: readonly FlowArcInput[],
  options: CallOptions,
): Promise<NetworkCut> {
  const request = { network: toNetwork(arcs) };
  return fromCut((await caller.unary(method.globalMinCut, request, options)).cut);
}

function toNetwork(arcs: readonly FlowArcInput[]): MessageInitShape<typeof FlowNetworkSchema> {
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

function fromCut(message: CutMessage | undefined): NetworkCut {
  const cut = required(message, "cut");
  return {
    value: cut.value,
    firstSide: cut.firstSideIds,
    secondSide: cut.secondSideIds,
    arcs: cut.arcIndexes,
  };
}

function toSelection(input: SelectionInput): MessageInitShape<typeof SelectCampaignsRequestSchema> {
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

function fromSelection(answer: SelectCampaignsResponse): CampaignSelection {
  return {
    campaigns: answer.campaignIds,
    setups: answer.setupIds,
    profit: Number(answer.profitMicros) / 1e6,
    profitMicros: answer.profitMicros,
    boundMicros: answer.boundMicros,
    exact: answer.exact,
  };
}
