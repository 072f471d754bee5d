import { defineAuthStore } from '@sessionward/client/pinia'
import { acceptHMRUpdate } from 'pinia'
import { client } from './client'

export const useAuthStore = defineAuthStore(client)

if (import.meta.hot) import.meta.hot.accept(acceptHMRUpdate(useAuthStore, import.meta.hot))
