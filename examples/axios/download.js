import { api } from './api.js'

/** Saves a file, as a link with `download` does. */
export async function download(url, name) {
  const address = await objectUrl(url)
  const link = document.createElement('a')
  Object.assign(link, { href: address, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** Shows an image that needs a token. */
export async function showImage(image, url) {
  const address = await objectUrl(url)
  image.onload = () => URL.revokeObjectURL(address)
  image.src = address
}

async function objectUrl(url) {
  // A large file may take longer than the time limit of other requests.
  const { data } = await api.get(url, { responseType: 'blob', timeout: 0 })
  return URL.createObjectURL(data)
}
