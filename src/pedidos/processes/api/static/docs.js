// Starts Swagger UI on the OpenAPI document of this server. On a demo that only this machine reaches, the page has the
// credentials of its customer, and the sign-in example succeeds with them. After a sign-in, requests carry its token.
const SIGN_IN = "/v1/auth/token"

addEventListener("load", async () => {
  const spec = await (await fetch("/openapi.json")).json()
  const { email, password } = document.body.dataset
  if (email) spec.paths[SIGN_IN].post.requestBody.content["application/json"].example = { email, password }
  const ui = SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    responseInterceptor: response => {
      if (response.ok && new URL(response.url).pathname === SIGN_IN) {
        ui.preauthorizeApiKey("accessToken", JSON.parse(response.text).access_token)
      }
      return response
    },
  })
})
