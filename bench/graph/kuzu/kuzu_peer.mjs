// Kuzu on the graph in a folder: nodes.csv, edges.csv (source,target) and
// starts.csv, one node a line. Prints what bench/graph prints of ours, with
// sums of what was found, which must be the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';

const kuzu = createRequire(import.meta.url)('kuzu');
const folder = process.argv[2];
const starts = readFileSync(join(folder, 'starts.csv'), 'utf8').trim().split('\n').map(Number);

const database = new kuzu.Database(':memory:', 0, true, false);
const connection = new kuzu.Connection(database, 1);

const run = (query) => connection.querySync(query).close?.();

const microseconds = (start) => Number(process.hrtime.bigint() - start) / 1000;

function percentile(times, share) {
  times.sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))];
}

function measure(what, query, count) {
  const prepared = connection.prepareSync(query);
  const times = [];
  let found = 0;
  for (const start of starts.slice(0, count)) {
    const begin = process.hrtime.bigint();
    const result = connection.executeSync(prepared, { id: start });
    found += result.getAllSync().length;
    times.push(microseconds(begin));
    result.close();
  }
  const p50 = percentile(times, 0.5).toFixed(1);
  const p99 = percentile(times, 0.99).toFixed(1);
  console.log(
    `kuzu  ${what.padEnd(26)} p50 ${p50.padStart(9)} us   p99 ${p99.padStart(9)} us   found ${found} from ${count}`,
  );
}

run('CREATE NODE TABLE Campaign(id INT64, PRIMARY KEY(id))');
run('CREATE REL TABLE SHOWN_TO(FROM Campaign TO Campaign)');
run(`COPY Campaign FROM '${join(folder, 'nodes.csv')}'`);
const begin = process.hrtime.bigint();
run(`COPY SHOWN_TO FROM '${join(folder, 'edges.csv')}'`);
const seconds = microseconds(begin) / 1e6;
const edges = connection.querySync('MATCH ()-[r:SHOWN_TO]->() RETURN count(*) AS n').getAllSync()[0].n;
console.log(
  `kuzu  load from CSV, in memory  ${seconds.toFixed(2)} s, ${Math.round(Number(edges) / seconds)} edges a second`,
);
measure('look-up by key', 'MATCH (n:Campaign {id: $id}) RETURN n.id', 2000);
measure('one hop', 'MATCH (n:Campaign {id: $id})-[:SHOWN_TO]->(m) RETURN m.id', 2000);
measure(
  'two hops, distinct',
  'MATCH (n:Campaign {id: $id})-[:SHOWN_TO]->()-[:SHOWN_TO]->(m) RETURN DISTINCT m.id',
  1000,
);
