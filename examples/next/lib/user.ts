import type * as z from 'zod'
import { newUser } from '../../../routes/_lib/schemas'

/** What the form sends and the API takes: the schema of the example API, in the one file that it has for all. */
export { newUser }

export type NewUser = z.infer<typeof newUser>

export interface User extends NewUser {
  readonly id: number
}
