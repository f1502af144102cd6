import type { CallOptions } from "../call.js";
import {
  type GetServerInfoResponse,
  OperationsService,
} from "../gen/marketing/intelligence/v1/operations_service_pb.js";
import type { ServiceContext } from "./context.js";

/** What the server says about itself (OperationsService). */
export class ServerService {
  constructor(private readonly context: ServiceContext) {}

  /** Version, limits and durability, and the caller's tenant. */
  info(options: CallOptions = {}): Promise<GetServerInfoResponse> {
    return this.context.caller.unary(OperationsService.method.getServerInfo, {}, options);
  }
}
