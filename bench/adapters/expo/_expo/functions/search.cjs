exports.GET = async (request) => {
  const { searchParams } = new URL(request.url)
  return Response.json({ q: searchParams.get('q'), page: Number(searchParams.get('page')) })
}
