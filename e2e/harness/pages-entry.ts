export { createClient } from '@sessionward/client'
export { attachPage, returnTo } from '@sessionward/client/page'
export { webStorage } from '@sessionward/client/web-storage'
