/**
 * Polls its sockets until `ends` instead of sleeping. To wake a process on another core is work of the kernel that is counted as
 * the server's CPU time, and more of it the longer the server takes: on a virtual machine it is more than a guard takes itself.
 */
export function keepAwake(ends) {
  if (performance.now() < ends) setImmediate(keepAwake, ends)
}
