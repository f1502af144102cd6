import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Job, JobKind, JobState } from "@marketing-intelligence/sdk/api";
import { Card } from "../../components/card.tsx";
import { Empty, messageOf, Skeleton } from "../../components/states.tsx";
import { getClient } from "../../data/client.ts";
import { useLive } from "../../data/use_live.ts";
import { ago, duration, text } from "../../format.ts";

const mostShown = 6;

async function loadJobs(signal: AbortSignal): Promise<Job[]> {
  const found: Job[] = [];
  for await (const job of getClient().jobs.list({ signal, pageSize: mostShown })) {
    found.push(job);
    if (found.length === mostShown) break;
  }
  return found;
}

const states: Record<JobState, { text: string; dot: string }> = {
  [JobState.UNSPECIFIED]: { text: "unknown", dot: "" },
  [JobState.QUEUED]: { text: "waiting", dot: "" },
  [JobState.RUNNING]: { text: "running", dot: "warn" },
  [JobState.SUCCEEDED]: { text: "done", dot: "good" },
  [JobState.FAILED]: { text: "failed", dot: "bad" },
  [JobState.CANCELLED]: { text: "cancelled", dot: "" },
};

/** What the server does beside answering calls. */
export function JobsCard() {
  const jobs = useLive("jobs", loadJobs, 2_000);
  return (
    <Card title="Jobs" flush note="Work that goes on when the caller is gone">
      {!jobs.data ? (
        jobs.error === undefined ? (
          <div className="card-body">
            <Skeleton height="6rem" />
          </div>
        ) : (
          <Empty title={messageOf(jobs.error)} />
        )
      ) : jobs.data.length === 0 ? (
        <Empty title="No jobs since the server started" />
      ) : (
        <div className="table-scroll">
          <table>
            <thead>
              <tr>
                <th>What</th>
                <th>State</th>
                <th className="end">Took</th>
                <th className="end">Begun</th>
              </tr>
            </thead>
            <tbody>
              {jobs.data.map((job) => (
                <JobLine key={job.name} job={job} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function JobLine({ job }: { job: Job }) {
  const state = states[job.state] ?? states[JobState.UNSPECIFIED];
  const start = job.startTime && timestampMs(job.startTime);
  const end = job.endTime && timestampMs(job.endTime);
  const running = job.state === JobState.RUNNING;
  return (
    <tr>
      <td title={job.name}>{(JobKind[job.kind] ?? "job").toLowerCase().replaceAll("_", " ")}</td>
      <td>
        <span className="status" title={job.error?.message}>
          <span className={`dot ${state.dot}`} />
          {running ? `${job.step || state.text}, ${Math.round(job.progress * 100)} %` : state.text}
        </span>
      </td>
      <td className="end number">
        {start !== undefined ? text(duration(Math.max((end ?? Date.now()) - start, 1))) : "–"}
      </td>
      <td className="end number">{start === undefined ? "–" : ago(start)}</td>
    </tr>
  );
}
