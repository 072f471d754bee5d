// What a page with jQuery loads, for jquery-page.ts.
export { attachJQuery } from '@sessionward/client/jquery'
