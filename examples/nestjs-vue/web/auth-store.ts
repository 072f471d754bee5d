import { defineAuthStore } from '@sessionward/client/pinia'
import { client } from './api.js'

/** Who is signed in, and with which scope. No token is in it. */
export const useAuthStore = defineAuthStore(client)
