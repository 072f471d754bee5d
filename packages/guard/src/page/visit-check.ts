import { GuardError } from '../challenge.js'
import type { Admission, Guard } from '../guard.js'
import type { Route } from '../route.js'
import type { PageRequest } from './page-request.js'

/** The admission of a visit, or why it is refused. */
export type VisitResult =
  | { readonly admission: Admission; readonly error?: undefined }
  | { readonly admission?: undefined; readonly error: GuardError }

/** @throws errors that are not a GuardError */
export async function admitVisit(guard: Guard, request: PageRequest, route: Route): Promise<VisitResult> {
  try {
    return { admission: await guard.admit(request, route) }
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return { error }
  }
}
