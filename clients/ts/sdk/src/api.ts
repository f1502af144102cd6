/**
 * The messages, enums and services of the API, as generated: for the raw clients, for other
 * transports, and for gateways.
 *
 * @packageDocumentation
 */
import { BudgetService } from "./gen/marketing/intelligence/v1/budget_service_pb.js";
import { CollectionService } from "./gen/marketing/intelligence/v1/collection_service_pb.js";
import { GraphService } from "./gen/marketing/intelligence/v1/graph_service_pb.js";
import { OperationsService } from "./gen/marketing/intelligence/v1/operations_service_pb.js";
import { SearchService } from "./gen/marketing/intelligence/v1/search_service_pb.js";

export * from "./gen/google/rpc/error_details_pb.js";
export * from "./gen/google/rpc/status_pb.js";
export * from "./gen/grpc/health/v1/health_pb.js";
export * from "./gen/marketing/intelligence/v1/budget_service_pb.js";
export * from "./gen/marketing/intelligence/v1/collection_service_pb.js";
export * from "./gen/marketing/intelligence/v1/curve_fit_pb.js";
export * from "./gen/marketing/intelligence/v1/filter_pb.js";
export * from "./gen/marketing/intelligence/v1/flow_network_pb.js";
export * from "./gen/marketing/intelligence/v1/graph_algorithm_pb.js";
export * from "./gen/marketing/intelligence/v1/graph_pb.js";
export * from "./gen/marketing/intelligence/v1/graph_service_pb.js";
export * from "./gen/marketing/intelligence/v1/job_pb.js";
export * from "./gen/marketing/intelligence/v1/operations_service_pb.js";
export * from "./gen/marketing/intelligence/v1/property_value_pb.js";
export * from "./gen/marketing/intelligence/v1/response_curve_pb.js";
export * from "./gen/marketing/intelligence/v1/search_service_pb.js";
export * from "./gen/marketing/intelligence/v1/value_pb.js";

/** All services of the API: what a gateway forwards. */
export const generatedServices = {
  search: SearchService,
  collections: CollectionService,
  graphs: GraphService,
  budgets: BudgetService,
  operations: OperationsService,
} as const;
