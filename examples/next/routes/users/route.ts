import { apiError, defineHandler, json } from 'everyroute/handler'
import { newUser } from '../../lib/user'
import { users } from '../../lib/users'

export function GET() {
  return json({ data: [...users.values()] })
}

export const POST = defineHandler({ json: newUser }, async (_request, { json: values }) => {
  if ([...users.values()].some(({ email }) => email === values.email)) return apiError('This e-mail address is taken', 409)
  const user = { id: Math.max(0, ...users.keys()) + 1, ...values }
  users.set(user.id, user)
  return json({ data: user }, 201)
})
