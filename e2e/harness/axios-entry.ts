// What a page with axios loads, for axios-page.ts.
export { attachAxios } from '@sessionward/client/axios'
export { default as axios } from 'axios'
