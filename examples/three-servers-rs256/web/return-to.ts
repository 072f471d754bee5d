/** The address of the sign-in page that returns to the current view. */
export function signInAddress(wanted: string, reason: string | undefined): string {
  const query = new URLSearchParams({ return_to: wanted, ...(reason === undefined ? {} : { reason }) })
  return `/sign-in?${query}`
}

/**
 * Where to go after a sign-in: a page of this origin, whatever an address says. Two slashes in front would be a host for
 * whatever resolves the path again.
 */
export function returnAddress(given: string | null): string {
  const url = given !== null && URL.canParse(given, location.origin) ? new URL(given, location.origin) : undefined
  return url?.origin === location.origin && !url.pathname.startsWith('//') ? url.href : '/'
}
