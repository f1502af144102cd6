// What both platforms export.

export type {
  Amount,
  CampaignSelection,
  FlowArcInput,
  MaxFlow,
  MinCostFlow,
  NetworkCut,
  SelectionInput,
} from "./budget/network.js";
export type {
  Allocation,
  AllocationInput,
  BudgetCampaignInput,
  BudgetGroupInput,
  CampaignAllocation,
  CurvePoint,
  GroupAllocation,
  LimitName,
  Money,
  ObjectiveName,
  ResponseCurveInput,
  UnspentReasonName,
} from "./budget/problem.js";
export type {
  AdstockName,
  CampaignSeriesInput,
  CurveFitModelInput,
  FitInput,
  FitRefusalName,
  FittedCurve,
  ParameterRangeInput,
} from "./budget/series.js";
export type { CallOptions, WriteOptions } from "./call.js";
export type { ClientOptions, InitializeOptions } from "./client.js";
export { type ErrorCode, type FieldViolation, MarketingIntelligenceError } from "./errors.js";
export {
  and,
  Field,
  type Filter,
  type FilterValue,
  field,
  not,
  or,
  path,
  type RangeBounds,
} from "./filter.js";
export type {
  GraphEdge,
  GraphHyperedge,
  GraphId,
  GraphNode,
  HyperedgeMember,
  PointLink,
  ValidTime,
} from "./graph/element.js";
export {
  type EdgeInput,
  type GraphMutation,
  type HyperedgeInput,
  mutation,
  type NodeInput,
} from "./graph/mutation.js";
export {
  CartesianPoint,
  type Properties,
  type PropertiesInput,
  type Property,
  type PropertyInput,
  Temporal,
  temporal,
} from "./graph/property.js";
export {
  type DirectionName,
  type EdgeSelection,
  type NodeSelection,
  type PropertyCondition,
  property,
} from "./graph/selector.js";
export type { Point, PointInput, ReturnOptions, SearchResult, SimilarPoint } from "./point.js";
export type { RetryPolicy } from "./retry.js";
export type {
  CollectionInput,
  IndexInput,
  MetricName,
  PayloadFieldTypeName,
} from "./services/collections.js";
export type {
  AlgorithmInput,
  AlgorithmOptions,
  ExpandOptions,
  Expansion,
  GraphPath,
  GraphWriteResult,
  PathOptions,
  StartInput,
  Subgraph,
  SubgraphOptions,
} from "./services/graphs.js";
export { hasEnded, type JobStatus } from "./services/jobs.js";
export type { DeleteSelector, QueryInput, SearchOptions } from "./services/points.js";
export { createWebTransport, type WebTransportOptions } from "./transport/grpc_web.js";
export type { UpsertOptions, UpsertProgress, UpsertResult } from "./upsert.js";
export { float, GeoPoint, type Payload, type PayloadInput, type PayloadValue } from "./value.js";
export type { VectorInput } from "./vector.js";
