import type { Collection, CollectionStats } from "@marketing-intelligence/sdk/api";
import { getClient } from "../../data/client.ts";

/** A collection with its counts and sizes. */
export interface CollectionRow {
  readonly collection: Collection;
  readonly stats: CollectionStats;
  readonly aliases: readonly string[];
}

// A tenant may have a thousand collections; the page shows so many of them.
export const mostShown = 100;

/** The first collections by name, with statistics. */
export async function loadCollections(signal: AbortSignal): Promise<CollectionRow[]> {
  const client = getClient();
  const collections: Collection[] = [];
  for await (const collection of client.collections.list({ signal, pageSize: mostShown })) {
    collections.push(collection);
    if (collections.length === mostShown) break;
  }
  const aliases = await client.aliases.list({ signal });
  return Promise.all(
    collections.map(async (collection) => ({
      collection,
      stats: await client.collections.stats(collection.name, { signal }),
      aliases: aliases.filter((a) => a.collection === collection.name).map((a) => a.name),
    })),
  );
}
