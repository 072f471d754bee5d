import { authPlugin } from '@sessionward/client/vue'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { api, client } from './api.js'
import App from './app.vue'
import { router } from './router.js'
import { words } from './words.js'

declare global {
  interface Window {
    /** For the stories of this example, and for you in the console. */
    nestVue: { readonly api: typeof api; readonly client: typeof client }
  }
}

window.nestVue = { api, client }
document.documentElement.lang = words.language
document.title = words.title

createApp(App).use(authPlugin, client).use(createPinia()).use(router).mount('#app')
