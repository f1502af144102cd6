// Every service of the client: one file and one line each. README.md says how
// to add one.
import { AliasesService } from "./aliases.js";
import { BudgetsService } from "./budgets.js";
import { CollectionsService } from "./collections.js";
import type { ServiceContext } from "./context.js";
import { GraphsService } from "./graphs.js";
import { JobsService } from "./jobs.js";
import { PointsService } from "./points.js";
import { ServerService } from "./server.js";
import { SnapshotsService } from "./snapshots.js";

/** The client's services, by the name that they have on it. */
export const services = {
  points: PointsService,
  collections: CollectionsService,
  aliases: AliasesService,
  graphs: GraphsService,
  budgets: BudgetsService,
  snapshots: SnapshotsService,
  jobs: JobsService,
  server: ServerService,
} satisfies Record<string, new (context: ServiceContext) => object>;

export type Services = {
  readonly [K in keyof typeof services]: InstanceType<(typeof services)[K]>;
};
