// The identity provider that the journeys sign in with: the certified oidc-provider with one client,
// one page to sign in on, and any login name accepted. It listens on loopback only and forgets everything at its end.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

import { Provider } from "oidc-provider";

import { account } from "./accounts.mjs";
import { loginPage, logoutPage, plainPage } from "./pages.mjs";

const HOST = "127.0.0.1";
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
const SCOPES = "openid profile email";
const LONGEST_FORM = 10_000;

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "client-id": { type: "string" },
    "client-secret": { type: "string" },
    "redirect-uri": { type: "string", multiple: true },
    "post-logout-redirect-uri": { type: "string", multiple: true, default: [] },
    "backchannel-logout-uri": { type: "string" },
    "signing-alg": { type: "string", default: "RS256" },
    "token-auth-method": { type: "string", default: "client_secret_basic" },
    "claims-only-userinfo": { type: "boolean", default: false },
    "id-token-lifetime": { type: "string", default: "300" },
  },
});

for (const name of ["client-id", "client-secret", "redirect-uri"]) {
  if (!options[name]) fail(`--${name} is missing`);
}
if (!ALGORITHMS.includes(options["signing-alg"])) fail(`--signing-alg is one of ${ALGORITHMS.join(", ")}`);

// The first line of standard output is the ready line; the library's notices go where errors go.
console.info = console.error;

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}

function key(kind, parameters) {
  const { privateKey } = generateKeyPairSync(kind, parameters);
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig" };
}

function client() {
  return {
    client_id: options["client-id"],
    client_secret: options["client-secret"],
    redirect_uris: options["redirect-uri"],
    post_logout_redirect_uris: options["post-logout-redirect-uri"],
    token_endpoint_auth_method: options["token-auth-method"],
    id_token_signed_response_alg: options["signing-alg"],
    ...(options["backchannel-logout-uri"] && {
      backchannel_logout_uri: options["backchannel-logout-uri"],
      backchannel_logout_session_required: true,
    }),
  };
}

// The one client is the organisation's own: nobody is asked for consent.
async function grantEverything(context) {
  const { oidc } = context;
  // Ten tabs of one browser come at once: a grant of its own for each would take the others' away.
  const before = oidc.session.grantIdFor(oidc.client.clientId);
  const kept = before && (await oidc.provider.Grant.find(before));
  if (kept) return kept;
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope(SCOPES);
  await grant.save();
  return grant;
}

// Cookies do not tell ports apart, so their names do.
function cookieNames(port) {
  return { session: `idp_${port}_session`, interaction: `idp_${port}_interaction`, resume: `idp_${port}_resume` };
}

function configuration(port) {
  return {
    clients: [client()],
    jwks: {
      keys: [key("rsa", { modulusLength: 2048 }), key("ec", { namedCurve: "P-256" }), key("ed25519", {})],
    },
    cookies: { keys: [randomUUID()], names: cookieNames(port) },
    scopes: ["openid", "profile", "email"],
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "family_name", "preferred_username"],
      email: ["email", "email_verified"],
    },
    conformIdTokenClaims: options["claims-only-userinfo"],
    responseTypes: ["code"],
    clientAuthMethods: ["client_secret_basic", "client_secret_post"],
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: Number(options["id-token-lifetime"]),
      Interaction: 600,
      Session: 3600,
    },
    findAccount: (_context, login) => account(login),
    loadExistingGrant: grantEverything,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: Boolean(options["backchannel-logout-uri"]) },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = logoutPage(form);
        },
        postLogoutSuccessSource: (context) => {
          context.body = plainPage("Signed out", "You are signed out.");
        },
      },
    },
    renderError: (context, out) => {
      context.type = "html";
      context.body = plainPage("Error", `${out.error}: ${out.error_description ?? ""}`);
    },
    // Loopback is where the journeys live; the library's own dispatcher would refuse to go there.
    fetch: (url, { dispatcher: _refusesLoopback, ...rest }) => fetch(url, rest),
  };
}

async function form(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > LONGEST_FORM) throw new Error("the form is too long");
  }
  return new URLSearchParams(text);
}

function outcome(fields) {
  if (fields.has("deny")) return { error: "access_denied", error_description: "The person said no." };
  return { login: { accountId: fields.get("login").trim() } };
}

async function interact(provider, request, response) {
  if (request.method === "POST") {
    const fields = await form(request);
    const isAnswer = fields.has("deny") || fields.get("login")?.trim();
    if (isAnswer) return provider.interactionFinished(request, response, outcome(fields));
  }
  const { params, prompt } = await provider.interactionDetails(request, response);
  if (prompt.name === "consent") return provider.interactionFinished(request, response, { consent: {} });
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  return response.end(loginPage(params.login_hint ?? "", params.client_id));
}

function refuse(response, error) {
  response.statusCode = 400;
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(plainPage("Error", error.message));
}

const server = createServer();
server.listen(Number(options.port), HOST, () => {
  const { port } = server.address();
  const issuer = `http://${HOST}:${port}`;
  const provider = new Provider(issuer, configuration(port));
  provider.on("backchannel.error", (_context, error) => console.error(`back-channel logout: ${error.message}`));
  provider.on("server_error", (_context, error) => console.error(error));
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    return interact(provider, request, response).catch((error) => refuse(response, error));
  });
  process.stdout.write(`${JSON.stringify({ ready: true, issuer })}\n`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
