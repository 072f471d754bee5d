/** What became of one batch. */
export interface DeletedBatch {
  /** Rows that were due to be examined; 0 if there is nothing more to do. */
  readonly examined: number
  /** How many of them were over. */
  readonly deleted: number
}

/**
 * Deletes a batch at a time, so that a refresh waits for one batch at most.
 *
 * @param limit How many rows to delete, at most.
 * @param batchSize How many rows a batch may examine, at most.
 * @returns how many were deleted.
 */
export async function deleteInBatches(
  limit: number,
  batchSize: number,
  deleteBatch: (size: number) => Promise<DeletedBatch>,
): Promise<number> {
  let deleted = 0
  while (deleted < limit) {
    const batch = await deleteBatch(Math.min(batchSize, limit - deleted))
    if (batch.examined === 0) break
    deleted += batch.deleted
  }
  return deleted
}
