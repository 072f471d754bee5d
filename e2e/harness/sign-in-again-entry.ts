// What a page loads that lets a person sign in again, for sign-in-again-page.ts.
export { createClient } from '@sessionward/client'
export { signInDialog } from '@sessionward/client/dialog'
export { draft } from '@sessionward/client/draft'
