import { testOracle } from './oracle.ts'

testOracle('bun', './bun-differences.json', {
  url: 'Bun parses the request target before anyone sees it: a backslash has become a slash.',
  'status-text': 'Bun sends the standard text of a status, whatever the Response says.',
  'blob-type': 'Bun gives the Blob of a text a charset, and takes no other type for it.',
  'media-type': 'Bun keeps the space after the semicolon of a media type.',
  messages: 'The engine words its errors otherwise.',
  'request-members': 'Bun’s Request has no duplex and no keepalive, other defaults, and takes credentials in its URL.',
  'joined-headers': 'Bun joins the lines of a repeated header before anyone sees them.',
  'used-twice': 'A Response is sent once; only @hono/node-server’s can be sent again.',
  'odd-chunks': 'Bun sends an ArrayBuffer of a stream, and hangs up where a chunk is no bytes.',
})
