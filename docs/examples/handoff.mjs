// Hands a customer of your shop over to their training, by HS256: no library is needed.
// Make the address when the customer clicks, and send the browser there at once: it works for two minutes, and once.

import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const base64url = (content) => Buffer.from(content).toString('base64url');

/**
 * @param customer sub (your customer's id; leave it out for a guest), email, email_verified, first_name, last_name
 * @param target one of {dashboard: true}, {course: 12}, {buy_course: 12}, {buy_category: 3}
 */
export function handoffUrl(customer, target, { gateway, storefront, key }) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', typ: 'tlms-handoff+jwt' };
  const claims = {
    ...customer,
    iss: storefront, // the storefront's name in the gateway's settings
    aud: gateway, // the gateway's public address, without a slash at its end
    iat: now,
    exp: now + 120,
    jti: randomBytes(16).toString('hex'),
    target,
  };
  const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  const token = `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
  return `${gateway}/handoff?token=${token}`;
}

// In Express, for somebody who is signed in to the shop:
//     app.get('/my-course', (request, response) => {
//       if (!request.user?.id) return response.redirect(303, '/sign-in'); // else every guest would be one customer
//       const { id, email, emailVerified, firstName, lastName } = request.user;
//       const customer = { sub: String(id), email, email_verified: emailVerified, first_name: firstName, last_name: lastName };
//       response.redirect(303, handoffUrl(customer, { course: 12 }, { gateway, storefront: 'shop', key }));
//     });

// To try it: node handoff.mjs < customer.json
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { customer, target } = JSON.parse(readFileSync(0, 'utf8'));
  const { TRAINING_URL: gateway, STOREFRONT: storefront, HANDOFF_KEY: key } = process.env;
  console.log(handoffUrl(customer, target, { gateway, storefront, key }));
}
