<?php
// Sends a callback as iGV does: once, the same again, and one with a wrong signature.

function post(string $requestId, string $secret): int
{
    // Timestamp + request id + secret, keyed by the secret; the body is not signed.
    $moment = (string) (int) (microtime(true) * 1000);
    $signature = hash_hmac('sha256', $moment . $requestId . $secret, $secret);
    $order = [
        'createdAt' => '2025-12-22T09:34:59',
        'orderId' => (int) getenv('ORDER_ID'),
        'orderNum' => getenv('ORDER_NUM'),
        'sellerOrderStatus' => 1,
        'buyerId' => getenv('BUYER_ID'),
    ];
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => implode("\r\n", [
            'Content-Type: application/json',
            "X-Request-Id: $requestId",
            "X-Timestamp: $moment",
            "X-Signature: $signature",
        ]),
        'content' => json_encode($order),
        'ignore_errors' => true,
        'timeout' => 30,
    ]]);
    file_get_contents(getenv('WALLET_URL'), false, $context);
    return (int) explode(' ', $http_response_header[0])[1];
}

$requestId = (string) hrtime(true);
$secret = getenv('SECRET_KEY');
$answers = [
    ['callback', post($requestId, $secret), 200],
    ['copy', post($requestId, $secret), 200],
    ['wrong key', post("$requestId-2", strrev($secret)), 401],
];
$failed = false;
foreach ($answers as [$step, $status, $wanted]) {
    echo "$step $status\n";
    $failed = $failed || $status !== $wanted;
}
exit($failed ? 1 : 0);
