import type { CallOptions } from "../call.js";
import type { Job } from "../gen/marketing/intelligence/v1/job_pb.js";
import {
  OperationsService,
  type Snapshot,
} from "../gen/marketing/intelligence/v1/operations_service_pb.js";
import type { ServiceContext } from "./context.js";
import { required } from "./required.js";

/** Snapshots of everything that a tenant has stored (OperationsService). */
export class SnapshotsService {
  constructor(private readonly context: ServiceContext) {}

  /** Starts to write a snapshot; `jobs.wait` waits until it is written. Called twice, it writes two. */
  async create(options: CallOptions & { readonly description?: string } = {}): Promise<Job> {
    const answer = await this.context.caller.unary(
      OperationsService.method.createSnapshot,
      { description: options.description ?? "" },
      options,
    );
    return required(answer.job, "job");
  }

  async get(name: string, options: CallOptions = {}): Promise<Snapshot> {
    const answer = await this.context.caller.unary(
      OperationsService.method.getSnapshot,
      { name },
      options,
    );
    return required(answer.snapshot, "snapshot");
  }

  /** All snapshots, newest first, page by page. */
  async *list(
    options: CallOptions & { readonly pageSize?: number } = {},
  ): AsyncGenerator<Snapshot, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        OperationsService.method.listSnapshots,
        { pageSize: options.pageSize ?? 0, pageToken },
        options,
      );
      yield* page.snapshots;
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  /** Removes a snapshot for good. `FAILED_PRECONDITION` when a start could need it. */
  async delete(name: string, options: CallOptions = {}): Promise<void> {
    await this.context.caller.unary(OperationsService.method.deleteSnapshot, { name }, options);
  }

  /**
   * Starts to replace everything that the tenant has stored by what a snapshot holds. Unless
   * `discardPresentState` is set, a snapshot of the present state is written first.
   */
  async restore(
    name: string,
    options: CallOptions & { readonly discardPresentState?: boolean } = {},
  ): Promise<Job> {
    const answer = await this.context.caller.unary(
      OperationsService.method.restoreSnapshot,
      { name, discardPresentState: options.discardPresentState ?? false },
      options,
    );
    return required(answer.job, "job");
  }
}
