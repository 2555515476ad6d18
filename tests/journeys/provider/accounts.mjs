// Who may sign in: anybody. A login name is enough, and the claims follow from it.

const KNOWN = {
  kim: { given_name: "Kim", family_name: "Lee" },
  amina: { given_name: "Amina", family_name: "Diallo" },
  juergen: { given_name: "Jürgen", family_name: "Müller-Öztürk" },
};

function capitalised(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function names(login) {
  if (KNOWN[login]) return KNOWN[login];
  const [first, ...others] = login.split("@")[0].split(/[._-]+/).filter(Boolean).map(capitalised);
  return { given_name: first ?? "Sam", family_name: others.join(" ") || "Example" };
}

// `kim.lee` is Kim Lee with the verified address kim.lee@acme.example; a login with an @ is its own address.
export function account(login) {
  const name = names(login);
  return {
    accountId: login,
    claims: () => ({
      sub: login,
      name: `${name.given_name} ${name.family_name}`,
      ...name,
      preferred_username: login,
      email: login.includes("@") ? login : `${login}@acme.example`,
      email_verified: true,
    }),
  };
}
