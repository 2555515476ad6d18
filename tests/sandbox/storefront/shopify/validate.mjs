// Says what Shopify's own library thinks of a request: {secret, headers, body} on standard input.

import "@shopify/shopify-api/adapters/node";
import { ApiVersion, LogSeverity, shopifyApi } from "@shopify/shopify-api";
import { readFileSync } from "node:fs";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const shopify = shopifyApi({
  apiKey: "sandbox",
  apiSecretKey: secret,
  apiVersion: Object.values(ApiVersion).at(-1),
  hostName: "gateway.example",
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error, log: () => {} },
});
const rawRequest = { method: "POST", url: "/webhooks/shopify", headers };
console.log(JSON.stringify(await shopify.webhooks.validate({ rawBody: body, rawRequest, rawResponse: {} })));
