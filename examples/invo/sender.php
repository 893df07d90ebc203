<?php
// Sends a purchase as Invo does, twice: WALLET_URL, GAME_ID, SIGNING_SECRET, IDENTITY_ID, CURRENCY.
declare(strict_types=1);

$run = hrtime(true) . '-php';

/** Signs the exact bytes that are sent; ends with an error at another status. */
function send(string $step, array $event, string $secret, int $status = 200): void
{
    $body = json_encode($event, JSON_THROW_ON_ERROR);
    $moment = time();
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'content' => $body,
        'timeout' => 30,
        'ignore_errors' => true,
        'header' => [
            'Content-Type: application/json',
            "X-Invo-Signature: t=$moment,v1=" . hash_hmac('sha256', "$moment.$body", $secret),
            'X-Invo-Idempotency-Key: ' . $event['idempotency_key'],
        ],
    ]]);
    $text = (string) file_get_contents(getenv('WALLET_URL'), false, $context);
    $code = (int) explode(' ', $http_response_header[0])[1];
    $answer = json_decode($text, true, 16, JSON_THROW_ON_ERROR);
    if ($code !== $status) {
        fwrite(STDERR, "$step $code $text\n");
        exit(1);
    }
    echo $step, ' ', $code, ' ', $answer['status'] ?? $answer['error'], "\n";
}

$purchase = [
    'event_id' => "evt-$run",
    'idempotency_key' => "key-$run",
    'event_type' => 'purchase.completed',
    'schema_version' => '1',
    'created_at' => gmdate('Y-m-d\TH:i:s\Z'),
    'tenant_id' => getenv('GAME_ID'),
    'data' => [
        'order_id' => "ord-$run",
        'transaction_id' => "txn-$run",
        'identity_id' => getenv('IDENTITY_ID'),
        'currency_amount' => '2.50',
        'currency_name' => getenv('CURRENCY'),
        'metadata' => (object) [],
    ],
];
send('purchase', $purchase, getenv('SIGNING_SECRET'));
send('again', $purchase, getenv('SIGNING_SECRET'));
send('forged', $purchase, 'another-secret', 401);
