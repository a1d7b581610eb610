exports.GET = async (_request, { id }) => Response.json({ id: decodeURIComponent(id) })
