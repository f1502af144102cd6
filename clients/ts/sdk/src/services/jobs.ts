import type { CallOptions } from "../call.js";
import { MarketingIntelligenceError } from "../errors.js";
import { type Job, JobState } from "../gen/marketing/intelligence/v1/job_pb.js";
import {
  type GetJobResponse,
  OperationsService,
} from "../gen/marketing/intelligence/v1/operations_service_pb.js";
import { pause } from "../retry.js";
import type { ServiceContext } from "./context.js";
import { required } from "./required.js";

/** A job as it stands. */
export interface JobStatus {
  readonly job: Job;
  /** What the job made; without a case before it has succeeded. */
  readonly result: GetJobResponse["result"];
}

/** Work that takes longer than a call should (OperationsService). */
export class JobsService {
  constructor(private readonly context: ServiceContext) {}

  async get(name: string, options: CallOptions = {}): Promise<JobStatus> {
    const answer = await this.context.caller.unary(
      OperationsService.method.getJob,
      { name },
      options,
    );
    return { job: required(answer.job, "job"), result: answer.result };
  }

  /** All jobs, newest first, page by page. */
  async *list(
    options: CallOptions & { readonly pageSize?: number } = {},
  ): AsyncGenerator<Job, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        OperationsService.method.listJobs,
        { pageSize: options.pageSize ?? 0, pageToken },
        options,
      );
      yield* page.jobs;
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  /** Asks a job to stop and answers at once. */
  async cancel(name: string, options: CallOptions = {}): Promise<Job> {
    const answer = await this.context.caller.unary(
      OperationsService.method.cancelJob,
      { name },
      options,
    );
    return required(answer.job, "job");
  }

  /** The job whenever it was asked for, every `pollMs` (default 200), until it has ended. */
  async *watch(
    name: string,
    options: CallOptions & { readonly pollMs?: number } = {},
  ): AsyncGenerator<JobStatus, void, void> {
    for (;;) {
      const status = await this.get(name, options);
      yield status;
      if (hasEnded(status.job)) return;
      await pause(options.pollMs ?? 200, options.signal).catch(() => {
        throw new MarketingIntelligenceError({
          code: "CANCELLED",
          detail: `no longer waiting for ${name}; the job goes on`,
          origin: "client",
        });
      });
    }
  }

  /** Waits until a job has ended. Throws the job's error when it failed or was cancelled. */
  async wait(
    name: string,
    options: CallOptions & {
      readonly pollMs?: number;
      readonly onProgress?: (job: Job) => void;
    } = {},
  ): Promise<JobStatus> {
    let last: JobStatus | undefined;
    for await (const status of this.watch(name, options)) {
      last = status;
      options.onProgress?.(status.job);
    }
    const { job, result } = required(last, "job");
    if (job.state === JobState.SUCCEEDED) return { job, result };
    throw new MarketingIntelligenceError({
      code: job.state === JobState.CANCELLED ? "CANCELLED" : "ABORTED",
      detail: `${name} ended: ${job.error?.message ?? "no reason given"}`,
      origin: "server",
      rpc: "OperationsService.GetJob",
    });
  }
}

/** Whether a job has succeeded, failed or been cancelled. */
export function hasEnded(job: Job): boolean {
  return (
    job.state === JobState.SUCCEEDED ||
    job.state === JobState.FAILED ||
    job.state === JobState.CANCELLED
  );
}
