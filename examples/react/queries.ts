import { QueryClient } from '@tanstack/react-query'

// A request of a session that is over, or of somebody else, fails however often it is repeated.
const hopeless = /^(SignedOut|SessionChanged|RefreshRefused)Error$/
const retry = (count: number, { name }: Error) => count < 3 && !hopeless.test(name)

export const queryClient = new QueryClient({ defaultOptions: { queries: { retry } } })
