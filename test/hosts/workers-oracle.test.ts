import { testOracle } from './oracle.ts'

testOracle('workers', './workers-differences.json', {
  'parsed-url': 'The URL reaches a Worker parsed: its backslashes are slashes by then.',
  'utf-8': 'Header values are read and written as UTF-8.',
  'joined-lines': 'Lines of one header reach a Worker joined by commas, those of Cookie too.',
  'late-abort': 'That a client has gone is noticed when something is written to it.',
  'form-data': 'formData() takes a file without a name for text and refuses a charset.',
  refused: 'The HTTP parser refuses <, > and ` in a target with 400, and methods that it does not know with 501.',
  'length-zero': 'The proxy of wrangler adds or drops `content-length: 0` on requests without a body.',
  'request-members':
    'Request takes URLs with credentials, no cache mode but no-store, has no duplex, mode, credentials and referrer, and keeps the case of media types.',
  'dropped-headers': 'Trailer, Upgrade, TE and an empty Content-Type are not sent.',
  'status-text': 'Reason phrases of unknown statuses are by class, and those beyond ASCII are dropped.',
  'lenient-bodies': 'ArrayBuffers are chunks of bodies, undefined is JSON, and a body can be sent once.',
  'failed-streams': 'The proxy of wrangler puts the error into the body.',
})
