import { defineHandler, json } from 'everyroute/handler'
import { signedIn } from '../_lib/middleware'

export { OPTIONS } from '../_lib/middleware'

export const GET = defineHandler({ use: signedIn, summary: 'Shows the signed-in user' }, async (_request, { var: { user } }) =>
  json({ data: user }),
)
