/** The text of a file, for the page to show the code that it runs; see the bundler's plugin in src/web-server.ts. */
declare module '*?source' {
  const text: string
  export default text
}
