import { z } from 'zod'
import { isTooLong, maxPasswordBytes } from '../accounts/password-length.js'

/** A password in a request body. */
export const passwordField = z
  .string()
  .min(1)
  .refine((password) => !isTooLong(password), `must have at most ${maxPasswordBytes} bytes`)
