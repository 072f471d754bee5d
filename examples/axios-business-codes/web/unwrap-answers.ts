import type { AxiosInstance } from 'axios'

/** The application's own interceptor: it takes `data` out of `{ code, message, data }`, and turns every other code into an error. */
export function unwrapAnswers(api: AxiosInstance): void {
  api.interceptors.response.use((response) => {
    const { code, message, data } = response.data
    if (code !== 10200) throw new Error(message)
    return data
  })
}
