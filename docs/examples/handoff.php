<?php
// Hands a customer of your shop over to their training, by HS256: no library is needed.
// Make the address when the customer clicks, and send the browser there at once: it works for two minutes, and once.

declare(strict_types=1);

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/**
 * @param array $customer sub (your customer's id; leave it out for a guest), email, email_verified, first_name, last_name
 * @param array $target   one of ['dashboard' => true], ['course' => 12], ['buy_course' => 12], ['buy_category' => 3]
 */
function handoff_url(array $customer, array $target, string $gateway, string $storefront, string $key): string
{
    $now = time();
    $header = ['alg' => 'HS256', 'typ' => 'tlms-handoff+jwt'];
    $claims = [
        'iss' => $storefront,             // the storefront's name in the gateway's settings
        'aud' => $gateway,                // the gateway's public address, without a slash at its end
        'iat' => $now,
        'exp' => $now + 120,
        'jti' => bin2hex(random_bytes(16)),
        'target' => $target,
    ] + $customer;
    $flags = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES;
    $signed = base64url(json_encode($header, $flags)) . '.' . base64url(json_encode($claims, $flags));
    $token = $signed . '.' . base64url(hash_hmac('sha256', $signed, $key, true));
    return $gateway . '/handoff?token=' . $token;
}

// In WordPress, for somebody who is signed in to the shop:
//     $user = wp_get_current_user();
//     if (!$user->ID) { auth_redirect(); } // nobody is signed in: 0 is no customer's id
//     $customer = ['sub' => (string) $user->ID, 'email' => $user->user_email, 'email_verified' => false,
//                  'first_name' => $user->first_name, 'last_name' => $user->last_name];
//     wp_redirect(handoff_url($customer, ['course' => 12], $gateway, 'shop', $key), 303);
//     exit;

// To try it: php handoff.php < customer.json
if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    $asked = json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);
    echo handoff_url(
        $asked['customer'],
        $asked['target'],
        getenv('TRAINING_URL'),
        getenv('STOREFRONT'),
        getenv('HANDOFF_KEY'),
    ), "\n";
}
