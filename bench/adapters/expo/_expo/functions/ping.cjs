exports.GET = async () => Response.json({ pong: true })
