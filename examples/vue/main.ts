import { authPlugin } from '@sessionward/client/vue'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { answers } from './answers'
import { client } from './client'
import { router } from './router'

const app = createApp(App)
app.use(createPinia())
app.use(authPlugin, { client, onSubjectChange: () => answers.clear() })
app.use(router)
app.mount('#app')
