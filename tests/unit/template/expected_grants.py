"""What each function may do with what: the table that the template is held to."""

type Grants = dict[str, dict[str, set[str]]]

READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem"}
UPDATE = READ | {"dynamodb:UpdateItem"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
APPEND = READ | {"dynamodb:PutItem"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
READ_KEY = {"kms:Decrypt", "kms:DescribeKey"}
WRITE_KEY = {"kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}

BALANCE_GRANTS = {
    "RegistryTable": READ | {"dynamodb:Query"},
    "PlayersTable": READ,
    "SessionsTable": READ,
    "WalletsTable": READ,
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "KmsKeyArn": READ_KEY,
}
POST_GRANTS = BALANCE_GRANTS | {
    "LedgerTable": APPEND,
    "WalletsTable": UPDATE,
    "RoundsTable": UPDATE,
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
REFUND_GRANTS = POST_GRANTS | {"LedgerTable": APPEND | {"dynamodb:ConditionCheckItem"}}
LAUNCH_GRANTS = BALANCE_GRANTS | {
    "PlayersTable": UPDATE,
    "SessionsTable": UPDATE | {"dynamodb:PutItem"},
    "CatalogueTable": READ,
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
EXPIRE_GRANTS = BALANCE_GRANTS | {
    "SessionsTable": UPDATE | {"dynamodb:PutItem"},
    "SessionsTable/index/by_check": {"dynamodb:Query"},
    "SessionsTable/index/by_player": {"dynamodb:Query"},
    "AuditTable": STREAM,
    "LedgerTable": {"dynamodb:BatchGetItem"},
    "LedgerTable/index/by_wallet": {"dynamodb:Query"},
    "function expire-sessions": {"lambda:InvokeFunction"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
SYNC_GRANTS = {
    "RegistryTable": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"},
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "CatalogueTable": {
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:DeleteItem",
    },
    "CatalogueTable/index/by_integration": {"dynamodb:Query"},
    "SyncTable": {
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
    },
    "${PagesBucket.Arn}/*": {"s3:GetObject", "s3:PutObject"},
    "function sync-catalogue": {"lambda:InvokeFunction"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
EXPOSURE_GRANTS = {
    "LedgerTable": STREAM,
    "ExposureTable": {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
    "ReferencesTable": {"dynamodb:BatchWriteItem"},
    "RegistryTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    "AuditTable": {"dynamodb:PutItem"},
    "UnmeasuredQueue": {"sqs:SendMessage"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
HOLDS_GRANTS = {
    "WalletsTable": {"dynamodb:Scan"},
    "LedgerTable": READ,
    "LedgerTable/index/by_wallet": {"dynamodb:Query"},
    "function measure-holds": {"lambda:InvokeFunction"},
    "KmsKeyArn": READ_KEY,
}
BONUS_GRANTS = {
    "PlayersTable": {"dynamodb:GetItem"},
    "WalletsTable": UPDATE | {"dynamodb:Scan"},
    "LedgerTable": APPEND,
    "AuditTable": {"dynamodb:PutItem"},
    "function end-bonuses": {"lambda:InvokeFunction"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
LOBBY_GRANTS = {
    "CatalogueTable": {"dynamodb:BatchGetItem", "dynamodb:Query"},
    "CatalogueTable/index/by_shelf": {"dynamodb:Query"},
    "CatalogueTable/index/by_provider": {"dynamodb:Query"},
    "KmsKeyArn": READ_KEY,
}
RECEIVE_GRANTS = {
    "RegistryTable": READ | {"dynamodb:Query"},
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "DeliveriesTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
WORK_GRANTS = POST_GRANTS | {
    "RegistryTable": APPEND | {"dynamodb:Query"},
    "token secrets": {
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:CreateSecret",
    },
    "DeliveriesTable": STREAM | {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
    "DeliveriesTable/index/by_state": {"dynamodb:Query"},
    "UnworkedQueue": {"sqs:SendMessage"},
    "PartnersTable": APPEND | {"dynamodb:DeleteItem"},
    "IdentityKey": {"secretsmanager:GetSecretValue"},
    "AuditTable": {"dynamodb:PutItem"},
}
PUBLISH_GRANTS = {
    "LedgerTable": STREAM,
    "SessionsTable": STREAM,
    "DeliveriesTable": STREAM,
    "AuditTable": STREAM,
    "RegistryTable": {"dynamodb:GetItem"},
    "${ArchiveBucket.Arn}/ledger/*": {"s3:PutObject"},  # and never a checkpoint
    "${ArchiveBucket.Arn}/sessions/*": {"s3:PutObject"},
    "${ArchiveBucket.Arn}/deliveries/*": {"s3:PutObject"},
    "${ArchiveBucket.Arn}/audit/*": {"s3:PutObject"},
    "EventBus": {"events:PutEvents"},
    "UnpublishedQueue": {"sqs:SendMessage"},
    "KmsKeyArn": READ_KEY | {"kms:GenerateDataKey"},
}
COUNT_GRANTS = {
    "LedgerTable": {"dynamodb:Scan"},
    "ArchiveBucket": {"s3:ListBucket"},
    "${ArchiveBucket.Arn}/*": {"s3:GetObject"},
    "KmsKeyArn": READ_KEY | {"kms:GenerateDataKey"},
}
PROOF_GRANTS = {
    "LedgerTable": READ,
    "LedgerTable/index/by_wallet": {"dynamodb:Query"},
    "WalletsTable": {"dynamodb:GetItem"},
    "RoundsTable": {"dynamodb:Query"},
    "PlayersTable": {"dynamodb:GetItem"},
    "RegistryTable": {"dynamodb:GetItem"},
    "SessionsTable": {"dynamodb:BatchGetItem"},
    "AuditTable": {"dynamodb:Query"},
    "SyncTable": {"dynamodb:GetItem", "dynamodb:PutItem"},  # under a key of its own
    "ArchiveBucket": {"s3:ListBucket"},
    "${ArchiveBucket.Arn}/ledger/*": {"s3:GetObject"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
TOKEN_GRANTS = {
    "token secrets": {
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:CreateSecret",
    },
}
ORDERS_GRANTS = (
    RECEIVE_GRANTS
    | TOKEN_GRANTS
    | {
        "RegistryTable": APPEND | {"dynamodb:Query"},
        "PartnersTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
        "AuditTable": {"dynamodb:PutItem"},
    }
)
MERCHANT_GRANTS = {
    "RegistryTable": {"dynamodb:GetItem", "dynamodb:BatchGetItem"},
    "integration secrets": {"secretsmanager:GetSecretValue"},
    "KmsKeyArn": READ_KEY,
}
ACCOUNTS_GRANTS = {
    "PlayersTable": UPDATE | {"dynamodb:PutItem"},
    "WalletsTable": UPDATE | {"dynamodb:Query", "dynamodb:PutItem"},
    "LedgerTable": APPEND,
    "LedgerTable/index/by_wallet": {"dynamodb:Query"},
    "ReferencesTable": {"dynamodb:Query"},
    "RegistryTable": {"dynamodb:Query"},
    "SessionsTable": READ,
    "PartnersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
    "AuditTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
REHEARSE_GRANTS = {
    "PlayersTable": UPDATE,
    "WalletsTable": READ,
    "SessionsTable": APPEND,
    "RegistryTable": READ,
    "AuditTable": {"dynamodb:PutItem"},
    "the rehearsal's secret": {"secretsmanager:GetSecretValue"},
    **{
        f"{name}Function.Version": {"lambda:InvokeFunction"}
        for name in ("Hooks", "Balance", "Bet", "Refund")
    },
    "deployments": {"codedeploy:PutLifecycleEventHookExecutionStatus"},
    "KmsKeyArn": READ_KEY | WRITE_KEY,
}
#: By parameter: what every function may that traces, and those in a network.
TRACE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
INTERFACE = {
    f"ec2:{action}"
    for action in (
        "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets",
        "DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses",
    )
}  # fmt: skip
_OWN: Grants = {
    "HooksFunction": REFUND_GRANTS | {"HooksLogs": LOGS},
    "BalanceFunction": BALANCE_GRANTS | {"BalanceLogs": LOGS},
    "BetFunction": POST_GRANTS | {"BetLogs": LOGS},
    "WinFunction": POST_GRANTS | {"WinLogs": LOGS},
    "RefundFunction": REFUND_GRANTS | {"RefundLogs": LOGS},
    "FlexsoftFunction": REFUND_GRANTS
    | {"SessionsTable": UPDATE | {"dynamodb:PutItem"}, "FlexsoftLogs": LOGS},
    "WinupgoFunction": POST_GRANTS
    | {
        "SessionsTable": POST_GRANTS["SessionsTable"] | {"dynamodb:PutItem"},
        "PlayersTable": POST_GRANTS["PlayersTable"] | {"dynamodb:UpdateItem"},
        "AuditTable": {"dynamodb:PutItem"},
        "WinupgoLogs": LOGS,
    },
    "InvoFunction": RECEIVE_GRANTS | {"InvoLogs": LOGS},
    "InvoCallsFunction": MERCHANT_GRANTS
    | {
        "RegistryTable": {"dynamodb:GetItem", "dynamodb:BatchGetItem"},
        "AuditTable": {"dynamodb:PutItem", "dynamodb:Query"},
        "KmsKeyArn": READ_KEY | WRITE_KEY,
        "InvoCallsLogs": LOGS,
    },
    "IgvFunction": RECEIVE_GRANTS | {"IgvLogs": LOGS},
    "WorkDeliveriesFunction": WORK_GRANTS | {"WorkDeliveriesLogs": LOGS},
    "IgvOrdersFunction": ORDERS_GRANTS | {"IgvOrdersLogs": LOGS},
    "IgvMerchantFunction": MERCHANT_GRANTS | {"IgvMerchantLogs": LOGS},
    "HealthFunction": {"HealthLogs": LOGS},
    "AccountsFunction": ACCOUNTS_GRANTS | {"AccountsLogs": LOGS},
    "RehearseVersionFunction": REHEARSE_GRANTS | {"RehearseVersionLogs": LOGS},
    "LaunchSessionFunction": LAUNCH_GRANTS | {"LaunchSessionLogs": LOGS},
    "MeasureExposureFunction": EXPOSURE_GRANTS | {"MeasureExposureLogs": LOGS},
    "StoreEventsFunction": {
        "LakeQueue": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
        "${LakeBucket.Arn}/lake/*": {"s3:PutObject"},
        "KmsKeyArn": {"kms:Decrypt", "kms:GenerateDataKey"},
        "StoreEventsLogs": LOGS,
    },
    "MeasureHoldsFunction": HOLDS_GRANTS | {"MeasureHoldsLogs": LOGS},
    "EndBonusesFunction": BONUS_GRANTS | {"EndBonusesLogs": LOGS},
    "PublishEventsFunction": PUBLISH_GRANTS | {"PublishEventsLogs": LOGS},
    "CountEventsFunction": COUNT_GRANTS | {"CountEventsLogs": LOGS},
    "VerifyWalletsFunction": PROOF_GRANTS | {"VerifyWalletsLogs": LOGS},
    "SyncCatalogueFunction": SYNC_GRANTS | {"SyncCatalogueLogs": LOGS},
    "ReadCatalogueFunction": LOBBY_GRANTS | {"ReadCatalogueLogs": LOGS},
    "ExpireSessionsFunction": EXPIRE_GRANTS | {"ExpireSessionsLogs": LOGS},
    "RotateSecretFunction": {
        "RegistryTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "AuditTable": {"dynamodb:PutItem"},
        "integration secrets": {
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        },
        "KmsKeyArn": READ_KEY | WRITE_KEY,
        "RotateSecretLogs": LOGS,
    },
}

_IN_A_NETWORK = {
    f"{name}Function"
    for name in (
        "LaunchSession", "ExpireSessions", "RotateSecret", "SyncCatalogue", "InvoCalls",
        "WorkDeliveries", "IgvOrders", "IgvMerchant",
    )
}  # fmt: skip
EXPECTED_GRANTS: Grants = {
    name: own | {"*": TRACE | (INTERFACE if name in _IN_A_NETWORK else set())}
    for name, own in _OWN.items()
}
