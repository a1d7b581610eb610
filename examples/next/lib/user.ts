import * as z from 'zod'

/** What the form sends and the API takes. */
export const newUser = z.object({
  name: z.string().trim().min(1, 'Give a name').max(100),
  email: z.email('Give an e-mail address').max(254).toLowerCase(),
})

export type NewUser = z.infer<typeof newUser>

export interface User extends NewUser {
  readonly id: number
}
