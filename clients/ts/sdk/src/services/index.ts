// Every service of the client: one file each, one line each in the two lists
// below. README.md says how to add one.
import { CollectionService } from "../gen/marketing/intelligence/v1/collection_service_pb.js";
import { GraphService } from "../gen/marketing/intelligence/v1/graph_service_pb.js";
import { OperationsService } from "../gen/marketing/intelligence/v1/operations_service_pb.js";
import { SearchService } from "../gen/marketing/intelligence/v1/search_service_pb.js";
import { AliasesService } from "./aliases.js";
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
  snapshots: SnapshotsService,
  jobs: JobsService,
  server: ServerService,
} satisfies Record<string, new (context: ServiceContext) => object>;

/** The generated services, for the raw clients and for gateways. */
export const generatedServices = {
  search: SearchService,
  collections: CollectionService,
  graphs: GraphService,
  operations: OperationsService,
} as const;

export type Services = {
  readonly [K in keyof typeof services]: InstanceType<(typeof services)[K]>;
};
