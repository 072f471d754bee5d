export { createClient } from '@sessionward/client'
export { draft } from '@sessionward/client/draft'
export { attachPage, returnTo } from '@sessionward/client/page'
export { webStorage } from '@sessionward/client/web-storage'
