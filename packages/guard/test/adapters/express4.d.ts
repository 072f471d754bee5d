/** Express 4 beside 5, under an alias that npm makes; the calls of the tests have the same types in both. */
declare module 'express4' {
  import express from 'express'
  export default express
}
