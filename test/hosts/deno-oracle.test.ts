import { testOracle } from './oracle.ts'

testOracle('deno', './deno-differences.json', {
  'status-text': 'Deno sends the standard text of a status, whatever the Response says.',
  'request-members': 'Deno’s Request has no duplex and no destination, no mode, and takes credentials in its URL.',
  'joined-headers': 'Deno joins the lines of a repeated header before anyone sees them.',
  'used-twice': 'A Response is sent once; only @hono/node-server’s can be sent again.',
})
