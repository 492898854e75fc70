//! What Clerk's scripts are told about the instance: how one signs in, and what is switched off.

use serde_json::{Value, json};

use super::answer::Answer;
use crate::state::AppState;

/// `GET /environment`, and `PATCH` from pages with a development key.
pub fn read(state: &AppState) -> Answer {
    Answer::bare(json!({
        "object": "environment",
        "id": "env_local",
        "auth_config": {
            "object": "auth_config",
            "id": "aconf_local",
            "single_session_mode": state.single_session(),
            "claimed_at": null,
            "reverification": false,
        },
        "display_config": {
            "object": "display_config",
            "id": "display_config_local",
            "instance_environment_type": "development",
            "application_name": "yew-clerk",
            "sign_in_url": "/",
            "sign_up_url": "/",
            "home_url": "/",
            "after_sign_in_url": "/",
            "after_sign_up_url": "/",
            "after_sign_out_all_url": "/",
            "after_sign_out_one_url": "/",
            "branded": false,
            // Nothing may be loaded from elsewhere.
            "captcha_heartbeat": false,
            "captcha_public_key": null,
            "preferred_sign_in_strategy": "password",
            "theme": {},
        },
        "user_settings": user_settings(),
        "organization_settings": {
            "enabled": true,
            "max_allowed_memberships": 5,
            "force_organization_selection": false,
            "actions": { "admin_delete": false },
            "domains": { "enabled": false, "enrollment_modes": [], "default_role": null },
        },
        "commerce_settings": null,
        "protect_config": null,
        "session_minter": false,
        "maintenance_mode": false,
    }))
}

/// What the prebuilt forms ask for.
fn user_settings() -> Value {
    json!({
        "attributes": {
            "email_address": {
                "enabled": true,
                "required": true,
                "name": "email_address",
                "used_for_first_factor": true,
                "first_factors": ["email_code"],
                "used_for_second_factor": false,
                "second_factors": [],
                "verifications": ["email_code"],
                "verify_at_sign_up": true,
            },
            "username": {
                "enabled": true,
                "required": false,
                "name": "username",
                "used_for_first_factor": true,
                "first_factors": [],
                "used_for_second_factor": false,
                "second_factors": [],
                "verifications": [],
                "verify_at_sign_up": false,
            },
            "password": {
                "enabled": true,
                "required": true,
                "name": "password",
                "used_for_first_factor": false,
                "first_factors": [],
                "used_for_second_factor": false,
                "second_factors": [],
                "verifications": [],
                "verify_at_sign_up": false,
            },
        },
        "social": {},
        "sign_in": { "second_factor": { "required": false } },
        "sign_up": { "mode": "public", "progressive": true, "captcha_enabled": false },
        "password_settings": { "min_length": 8, "max_length": 72 },
        "actions": { "create_organization": false, "delete_self": false },
    })
}
