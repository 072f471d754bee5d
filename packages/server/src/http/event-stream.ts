/** What compresses or buffers an answer as a whole never sends a stream on: `compression()`, nginx and their like. */
export const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}
