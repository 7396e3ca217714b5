// Made by `npm run api` from the control plane's OpenAPI document.
export interface paths {
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I */
        get: operations["auth.me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change one's own password */
        put: operations["auth.change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refresh the tokens */
        post: operations["auth.refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out */
        post: operations["auth.sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sign-out-everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out everywhere */
        post: operations["auth.sign_out_everywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in */
        post: operations["auth.sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin with a second factor */
        post: operations["auth.begin_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm the second factor */
        post: operations["auth.confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove the second factor */
        post: operations["auth.remove_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/brands/{brand_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A brand */
        get: operations["tenants.public"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/brands/{brand_id}/logo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A brand's logo */
        get: operations["tenants.logo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/do-not-call/{scope}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the platform's files */
        get: operations["do-not-call.platform_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/do-not-call/{scope}/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Send a file for all */
        put: operations["do-not-call.send_platform_file"];
        post?: never;
        /** Drop a file for all */
        delete: operations["do-not-call.drop_platform_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/do-not-call/{scope}/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have nobody call a number */
        post: operations["do-not-call.forbid_everywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/do-not-call/{scope}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a number off for all */
        post: operations["do-not-call.allow_everywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List numbers */
        get: operations["numbers.listing"];
        put?: never;
        /** Enter a number */
        post: operations["numbers.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a number */
        get: operations["numbers.one"];
        put?: never;
        post?: never;
        /** Archive a number */
        delete: operations["numbers.archive"];
        options?: never;
        head?: never;
        /** Change a number */
        patch: operations["numbers.change"];
        trace?: never;
    };
    "/api/v1/numbers/{number}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a number */
        post: operations["numbers.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers/{number}/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Lend a number */
        put: operations["numbers.lend"];
        post?: never;
        /** Take a number back */
        delete: operations["numbers.take_back"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/platform/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Audit trail of the platform */
        get: operations["platform.audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/platform/bans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List bans */
        get: operations["bans.listing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/platform/bans/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lift a ban */
        post: operations["bans.lift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/platform/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for SIP messages */
        post: operations["platform.messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/platform/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** State of the platform */
        get: operations["platform.status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List sites */
        get: operations["sites.listing"];
        put?: never;
        /** Create a site */
        post: operations["sites.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{site_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a site */
        get: operations["sites.one"];
        put?: never;
        post?: never;
        /** Archive a site */
        delete: operations["sites.archive"];
        options?: never;
        head?: never;
        /** Change a site */
        patch: operations["sites.change"];
        trace?: never;
    };
    "/api/v1/sites/{site_id}/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a site's certificates */
        get: operations["enrolment.list_certificates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{site_id}/certificates/{serial}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a certificate */
        delete: operations["enrolment.revoke_certificate"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{site_id}/enrolment-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an enrolment token */
        post: operations["enrolment.issue_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{site_id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a site's line quality */
        get: operations["enrolment.show_link"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{site_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a site */
        post: operations["sites.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tenants */
        get: operations["tenants.listing"];
        put?: never;
        /** Create a tenant */
        post: operations["tenants.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a tenant */
        get: operations["tenants.one"];
        put?: never;
        post?: never;
        /** Archive a tenant */
        delete: operations["tenants.archive"];
        options?: never;
        head?: never;
        /** Change a tenant */
        patch: operations["tenants.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agent-states": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See agents live */
        get: operations["agents.live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List agents */
        get: operations["agents.listing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agents/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an agent */
        get: operations["agents.one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change what an agent can and serves */
        patch: operations["agents.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agents/{user_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause */
        post: operations["agents.pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agents/{user_id}/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Be ready */
        post: operations["agents.ready"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agents/{user_id}/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in as an agent */
        post: operations["agents.sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agents/{user_id}/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out as an agent */
        post: operations["agents.sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/agents/{user_id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See what an agent does */
        get: operations["agents.state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Audit trail of a tenant */
        get: operations["platform.tenant_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/brand": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the brand */
        get: operations["tenants.brand"];
        /** Set the brand */
        put: operations["tenants.set_brand"];
        post?: never;
        /** Remove the brand */
        delete: operations["tenants.remove_brand"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/brand/logo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Send the logo */
        put: operations["tenants.set_logo"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calendars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List calendars */
        get: operations["calendars.listing"];
        put?: never;
        /** Create a calendar */
        post: operations["calendars.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calendars/{calendar_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a calendar */
        get: operations["calendars.one"];
        put?: never;
        post?: never;
        /** Archive a calendar */
        delete: operations["calendars.archive"];
        options?: never;
        head?: never;
        /** Change a calendar */
        patch: operations["calendars.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calendars/{calendar_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a calendar */
        post: operations["calendars.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calendars/{calendar_id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See whether a calendar is open */
        get: operations["calendars.state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List calls */
        get: operations["calls.find"];
        put?: never;
        /** Place a call */
        post: operations["calls.place"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call */
        get: operations["calls.one"];
        put?: never;
        post?: never;
        /** Hang up */
        delete: operations["calls.hang_up"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/approve-number": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a number be dialled */
        post: operations["calls.approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/call-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call a call's customer */
        post: operations["calls.call_customer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/consult": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Consult somebody */
        post: operations["calls.consult"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/consult/step": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Next step of a consult */
        post: operations["calls.consult_step"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/disposition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Say what came of a call */
        put: operations["calls.dispose"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Hold, or take back */
        put: operations["calls.hold"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/parties": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring one more party in */
        post: operations["calls.join"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/parties/{leg_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Let a party go */
        delete: operations["calls.release"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/pick-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pick a ringing call up */
        post: operations["calls.pick_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/recording-pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Pause the recording, or go on */
        put: operations["calls.pause"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/rejoin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Come back to a call */
        post: operations["calls.rejoin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/supervision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Listen, whisper or join */
        put: operations["calls.supervise"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/take-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a call over */
        post: operations["calls.take_over"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/calls/{call_id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Transfer a call */
        post: operations["calls.transfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List campaigns */
        get: operations["campaigns.listing"];
        put?: never;
        /** Create a campaign */
        post: operations["campaigns.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a campaign */
        get: operations["campaigns.one"];
        put?: never;
        post?: never;
        /** Archive a campaign */
        delete: operations["campaigns.archive"];
        options?: never;
        head?: never;
        /** Change a campaign */
        patch: operations["campaigns.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/call-backs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Call-backs of a day */
        get: operations["leads.call_backs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A campaign's figures */
        get: operations["leads.figures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/leads/{lead_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a lead */
        get: operations["leads.lead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/leads/{lead_id}/dial": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Dial a lead */
        post: operations["leads.dial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/leads/{lead_id}/disposition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Say what came of a call */
        put: operations["leads.dispose"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/leads/{lead_id}/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pass a lead over */
        post: operations["leads.skip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/leavers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take leads back */
        post: operations["leads.take_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/lists/{list_id}/share": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a list is shared out */
        get: operations["leads.share"];
        /** Share a list out */
        put: operations["leads.share_out"];
        post?: never;
        /** Let anybody have a list */
        delete: operations["leads.unshare"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause a campaign */
        post: operations["campaigns.pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The next lead */
        post: operations["leads.preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a campaign */
        post: operations["campaigns.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/running": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a campaign runs now */
        get: operations["campaigns.running"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a campaign */
        post: operations["campaigns.start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a campaign */
        post: operations["campaigns.stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/what-if": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a campaign would come to */
        post: operations["campaigns.what_if"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/customer-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find a customer by number */
        post: operations["calls.customer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/do-not-call/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List files */
        get: operations["do-not-call.files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/do-not-call/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Send a file */
        put: operations["do-not-call.send_file"];
        post?: never;
        /** Drop a file */
        delete: operations["do-not-call.drop_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/do-not-call/look-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Look a number up */
        post: operations["do-not-call.look_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/do-not-call/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a number not be called */
        post: operations["do-not-call.forbid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/do-not-call/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a number off */
        post: operations["do-not-call.allow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List flows */
        get: operations["flows.listing"];
        put?: never;
        /** Create a flow */
        post: operations["flows.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a flow */
        get: operations["flows.one"];
        put?: never;
        post?: never;
        /** Archive a flow */
        delete: operations["flows.archive"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a document */
        post: operations["flows.look_over"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Save a draft */
        put: operations["flows.save"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check a draft */
        get: operations["flows.problems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish a draft */
        post: operations["flows.publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a flow */
        post: operations["flows.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/roll-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Roll a flow back */
        post: operations["flows.roll_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Simulate a call */
        post: operations["flows.rehearse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a flow's versions */
        get: operations["flows.versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/flows/{flow_id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a version */
        get: operations["flows.version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/follow-ups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List calls to follow up */
        get: operations["calls.listing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/follow-ups/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a call to follow up */
        get: operations["calls.follow_up"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/follow-ups/{call_id}/call-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call back */
        post: operations["calls.call_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/follow-ups/{call_id}/done": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Finish a follow-up */
        post: operations["calls.finish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/list-templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List templates */
        get: operations["lists.templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/list-templates/{template_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a template */
        get: operations["lists.template"];
        /** Save a template */
        put: operations["lists.save_template"];
        post?: never;
        /** Forget a template */
        delete: operations["lists.drop_template"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List lists */
        get: operations["lists.listing"];
        put?: never;
        /** Create a list */
        post: operations["lists.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/lists/{list_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a list */
        get: operations["lists.one"];
        put?: never;
        post?: never;
        /** Archive a list */
        delete: operations["lists.archive"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/lists/{list_id}/file/{part}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Send a part of the file */
        put: operations["lists.add_part"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/lists/{list_id}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import a list */
        post: operations["lists.begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/lists/{list_id}/refused": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download refused rows */
        get: operations["lists.refused"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/lists/{list_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a list */
        post: operations["lists.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/number-health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How well numbers are answered */
        get: operations["number-health.health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/number-health/{number}/wake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a number that rests again */
        post: operations["number-health.wake"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a tenant's numbers */
        get: operations["numbers.of_tenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/numbers/{number}/route": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Route a number */
        put: operations["numbers.route"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/prompts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List prompts */
        get: operations["prompts.listing"];
        put?: never;
        /** Create a prompt */
        post: operations["prompts.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/prompts/{prompt_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a prompt */
        get: operations["prompts.one"];
        put?: never;
        post?: never;
        /** Archive a prompt */
        delete: operations["prompts.archive"];
        options?: never;
        head?: never;
        /** Rename a prompt */
        patch: operations["prompts.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/prompts/{prompt_id}/audio/{language}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A link to the audio */
        get: operations["prompts.audio"];
        /** Send audio */
        put: operations["prompts.add_audio"];
        post?: never;
        /** Take audio away */
        delete: operations["prompts.remove_audio"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/prompts/{prompt_id}/audio/{language}/speak": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Speak a text */
        post: operations["prompts.speak"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/prompts/{prompt_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a prompt */
        post: operations["prompts.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/queue-states": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See queues live */
        get: operations["queues.states"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List queues */
        get: operations["queues.listing"];
        put?: never;
        /** Create a queue */
        post: operations["queues.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/queues/{queue_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a queue */
        get: operations["queues.one"];
        put?: never;
        post?: never;
        /** Archive a queue */
        delete: operations["queues.archive"];
        options?: never;
        head?: never;
        /** Change a queue */
        patch: operations["queues.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/queues/{queue_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a queue */
        post: operations["queues.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List recordings */
        get: operations["recordings.find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/recordings/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is owed and missing */
        get: operations["recordings.gaps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/recordings/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A day's sums by state */
        get: operations["recordings.summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/recordings/{recording_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One recording */
        get: operations["recordings.one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/recordings/{recording_id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A link to the file */
        get: operations["recordings.download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/recordings/{recording_id}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Put under legal hold */
        put: operations["recordings.hold"];
        post?: never;
        /** End the legal hold */
        delete: operations["recordings.release"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures by interval */
        get: operations["reports.show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/reports/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file */
        get: operations["reports.download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a tenant */
        post: operations["tenants.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What calls cost today */
        get: operations["tenants.spend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/stations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List stations */
        get: operations["stations.listing"];
        put?: never;
        /** Create a station */
        post: operations["stations.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/stations/{extension}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a station */
        get: operations["stations.one"];
        put?: never;
        post?: never;
        /** Archive a station */
        delete: operations["stations.archive"];
        options?: never;
        head?: never;
        /** Change a station */
        patch: operations["stations.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/stations/{extension}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a station's password */
        put: operations["stations.set_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/stations/{extension}/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register one's own phone */
        post: operations["stations.phone"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/stations/{extension}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a station */
        post: operations["stations.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/stations/{extension}/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Seat a user at a station */
        put: operations["stations.seat"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a tenant's users */
        get: operations["users.listing_of_tenant"];
        put?: never;
        /** Create a user of a tenant */
        post: operations["users.create_in_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a user of a tenant */
        get: operations["users.one_of_tenant"];
        put?: never;
        post?: never;
        /** Archive a user of a tenant */
        delete: operations["users.archive_in_tenant"];
        options?: never;
        head?: never;
        /** Change a user of a tenant */
        patch: operations["users.change_in_tenant"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/users/{user_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a user of a tenant */
        post: operations["users.restore_in_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/users/{user_id}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take the second factor of a user of a tenant */
        delete: operations["users.reset_totp_in_tenant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/vips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List VIPs */
        get: operations["vips.listing"];
        put?: never;
        /** Make a customer a VIP */
        post: operations["vips.put"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/vips/{vip_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a VIP */
        get: operations["vips.one"];
        put?: never;
        post?: never;
        /** Forget a VIP */
        delete: operations["vips.remove"];
        options?: never;
        head?: never;
        /** Change a VIP */
        patch: operations["vips.change"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the webhook */
        get: operations["tenants.webhook"];
        /** Set the webhook */
        put: operations["tenants.put_webhook"];
        post?: never;
        /** Remove the webhook */
        delete: operations["tenants.remove_webhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List trunks */
        get: operations["trunks.listing"];
        put?: never;
        /** Create a trunk */
        post: operations["trunks.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{trunk_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a trunk */
        get: operations["trunks.one"];
        put?: never;
        post?: never;
        /** Archive a trunk */
        delete: operations["trunks.archive"];
        options?: never;
        head?: never;
        /** Change a trunk */
        patch: operations["trunks.change"];
        trace?: never;
    };
    "/api/v1/trunks/{trunk_id}/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Drop a trunk's credentials */
        delete: operations["trunks.drop_credentials"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{trunk_id}/media-refused": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Media that a trunk does not allow */
        get: operations["trunks.media_refused"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{trunk_id}/media-refused/allow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Allow media that was refused */
        post: operations["trunks.allow_media"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{trunk_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a trunk */
        post: operations["trunks.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users */
        get: operations["users.listing"];
        put?: never;
        /** Create a user */
        post: operations["users.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a user */
        get: operations["users.one"];
        put?: never;
        post?: never;
        /** Archive a user */
        delete: operations["users.archive"];
        options?: never;
        head?: never;
        /** Change a user */
        patch: operations["users.change"];
        trace?: never;
    };
    "/api/v1/users/{user_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a user */
        post: operations["users.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a user's second factor */
        delete: operations["users.reset_totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What is to change; what is absent or null stays. Skills and queues are replaced whole.
         *
         *     Skills are the person's, whichever tenant the caller is of: of a user who is not the tenant's own, HQ sets them.
         *     Queues are the tenant's, and of the agent's own pool.
         */
        AgentPatch: {
            /** @default null */
            queues?: string[] | null;
            /**
             * @description proficiency from 1 to 10
             * @default null
             * @example {
             *       "english": 7
             *     }
             */
            skills?: {
                [key: string]: number;
            } | null;
        };
        /** @description What an agent does. A call for another tenant shows as a state, without its call and queue. */
        AgentStateView: {
            call_id: string | null;
            /** @description the station of the tenant that they sit at */
            extension: string | null;
            name: string;
            /** @description the queue that the call came from */
            queue_id: string | null;
            /** @description of the pause, or of one that waits for the end of a call */
            reason: string | null;
            /** @description when the state began; null while signed out */
            since_ms: number | null;
            /** @enum {string} */
            state: "signed-out" | "ready" | "reserved" | "ringing" | "talking" | "wrap-up" | "paused";
            teams: string[];
            user_id: string;
        };
        /** @description An agent of the tenant: a user with that role. */
        AgentView: {
            /** @description whether they are the tenant's own, and its managers set their skills */
            belongs_here: boolean;
            enabled: boolean;
            name: string;
            /** @description whose agent they are: `hq` or an outsourcing firm */
            pool: string;
            /** @description the tenant's queues that they serve */
            queues: string[];
            skills: {
                [key: string]: number;
            };
            teams: string[];
            user_id: string;
        };
        /** @description The operator's yes to an address that was seen. */
        AllowMedia: {
            /** @example 192.0.2.77 */
            address: string;
        };
        /** @description For how long the number may be dialled; 0 takes an approval back. */
        Approval: {
            hours: number;
        };
        /** @description What was assumed, and for each where it is from, in `sources`. */
        AssumedView: {
            agents: number;
            answer_rate: number;
            answer_seconds: number;
            /** @description of the last thirty days, from which history is learnt */
            attempts_seen: number;
            /** @description answer rates by hour of the campaign's day; empty: the same all day */
            by_hour: number[];
            days: number;
            leads: number;
            lines: number;
            machines: number;
            sources: {
                [key: string]: "given" | "history" | "settings" | "live" | "usual";
            };
            start_ms: number;
            talk_seconds: number;
            wrap_up_seconds: number;
        };
        /** @description Whoever has the link may fetch the WAV file until it expires. */
        AudioLink: {
            /** @description UTC, RFC 3339 */
            expires_at: string;
            sha256: string;
            url: string;
        };
        /** @description Audio in one language, as telephones hear it: mono at 8 kHz, as loud as every other. */
        AudioView: {
            added_ms: number;
            seconds: number;
            sha256: string;
            /**
             * @description what it says, where it was made from text
             * @default null
             */
            text?: string | null;
        };
        /** @description One thing that somebody did. `subject`: what it was done to. `changes`: its fields that changed, by name. */
        AuditEntry: {
            action: string;
            actor: string;
            address: string;
            at_ms: number;
            audit_id: string;
            changes: {
                [key: string]: components["schemas"]["Change"];
            };
            request_id: string;
            subject: {
                [key: string]: unknown;
            };
        };
        /** @description All bans and locks, the newest first.  `silent_edges`: what these hold is not known. */
        BanList: {
            items: components["schemas"]["BanView"][];
            silent_edges: string[];
        };
        /** @description An address that is banned, or an account that is locked out there. */
        BanView: {
            /** @description `extension@domain`; null: the address as a whole */
            account: string | null;
            address: string;
            /** @description the edges that hold it */
            edges: string[];
            /** @description `scanner`, `flood` or `guessing` */
            reason: string;
            since_ms: number;
            until_ms: number;
        };
        /** @description How a tenant wants to look where its people, and its client's people, sign in and work. */
        BrandSettings: {
            /**
             * @description second colour
             * @default null
             */
            accent?: string | null;
            /**
             * @description main colour, #rrggbb in small letters
             * @default null
             */
            colour?: string | null;
            /**
             * @description null: the tenant's own name
             * @default null
             */
            name?: string | null;
        };
        /** @description A brand as it is. It is public: it stands where people sign in. */
        BrandView: {
            /**
             * @description second colour
             * @default null
             */
            accent?: string | null;
            /**
             * @description main colour, #rrggbb in small letters
             * @default null
             */
            colour?: string | null;
            /** @description name of the picture's content (SHA-256); null without one */
            logo: string | null;
            /**
             * @description null: the tenant's own name
             * @default null
             */
            name?: string | null;
        };
        /** @description What is to change; what is absent stays. Hours and days are replaced whole. */
        CalendarPatch: {
            days?: components["schemas"]["control_plane__features__calendars__schemas__SpecialDayShape"][];
            hours?: {
                [key: string]: string[];
            };
            name?: string | "";
            /**
             * @description the IANA name of a time zone
             * @example Asia/Shanghai
             */
            time_zone?: string;
        };
        /** @description Whether a calendar is open at a moment. */
        CalendarStateView: {
            at_ms: number;
            /** @description when it opens or closes next; null: not within two years */
            next_change_ms: number | null;
            open: boolean;
        };
        /** @description A calendar as it is. */
        CalendarView: {
            archived_ms: number | null;
            calendar_id: string;
            created_ms: number;
            /** @description holidays, closures, and days with other hours */
            days?: components["schemas"]["control_plane__features__calendars__schemas__SpecialDayShape"][];
            /**
             * @example {
             *       "mon": [
             *         "09:00-12:00",
             *         "13:00-18:00"
             *       ]
             *     }
             */
            hours?: {
                [key: string]: string[];
            };
            /** @default  */
            name?: string | "";
            /**
             * @description the IANA name of a time zone
             * @example Asia/Shanghai
             */
            time_zone: string;
        };
        /** @description The order is on its way to a media node; what becomes of it shows in the call. */
        CallAccepted: {
            call_id: string;
        };
        /** @description The station that rings first; then the customer is called, at the number that nobody needs to see. */
        CallBack: {
            extension: string;
        };
        /** @description When a customer is called back, as agreed with them. */
        CallBackOrder: {
            /** @description by the clock of the customer: 2026-12-01T15:30 */
            at: string;
            /**
             * @description only the agent who says so calls back
             * @default false
             */
            for_me?: boolean;
            /**
             * @description null: the customer's
             * @default null
             */
            time_zone?: string | null;
        };
        /** @description An agreed time. */
        CallBackView: {
            due_ms: number;
            lead_id: string;
            local_time: string | null;
            /** @description masked */
            number: string;
            /** @description who calls back; null: anybody */
            user_id: string | null;
        };
        /** @description Agreed times of a day, in order. */
        CallBacksView: {
            items: components["schemas"]["CallBackView"][];
        };
        /**
         * @description A call in progress, or its record.
         *
         *     What is told only of a call that has ended is null until then: `ended_ms`, ending, sums of seconds, cost.
         */
        CallView: {
            /** @description the user who took the call from the queue */
            agent_id: string | null;
            answered_ms: number | null;
            /** @description the user who placed it by click */
            asked_by: string | null;
            /** @description of a call back, the call in which it was asked for; of that, its first */
            call_back: string | null;
            call_id: string;
            /** @description HQ's number: shown to the callee, or dialled by the caller */
            caller_number: string | null;
            /** @description the campaign that called */
            campaign_id: string | null;
            cost_class: string | null;
            /** @description what its legs cost together, in millionths of `currency` */
            cost_micros: number | null;
            /** @description of the cost and the rates, ISO 4217 */
            currency: string | null;
            /** @description by what this customer's calls are found, in place of the number */
            customer: string | null;
            dialled: string;
            direction: string;
            disposition: string | null;
            /** @description whose phone sent the call on to us */
            diverted_by: string | null;
            /** @description whether it called for help: no limit held */
            emergency: boolean;
            /** @description the user who ended it by click */
            ended_by: string | null;
            ended_ms: number | null;
            ending: string | null;
            ending_class: string | null;
            /** @description who called; of a call from outside, who answered it first */
            extension: string | null;
            /** @description the flow that spoke with the caller */
            flow_id: string | null;
            flow_version: number | null;
            /** @description somebody had put the others on hold, summed over the legs */
            hold_seconds: number | null;
            /** @description the role of the party that ended it, `user` or `system` */
            hung_up_by: string | null;
            /** @description whom it called, by list and row */
            lead_id: string | null;
            legs: components["schemas"]["LegView"][];
            /** @description whom a message was left for */
            mailbox: string | null;
            /** @description what the caller answered when asked how it was, by question */
            marks: {
                [key: string]: string;
            };
            /** @description why no person took the call: `no-answer`, or how the caller left a queue */
            missed: string | null;
            /** @description null, as are sites, trunks and who clicked, for a client's people */
            node_id: string | null;
            note: string | null;
            /** @description the customer's; `anonymous` where it is withheld */
            number: string | null;
            /** @description whether the customer said not to be called any more */
            opted_out: boolean;
            /** @description the queue that the caller was last in line of */
            queue_id: string | null;
            /** @description how long the caller was in line */
            queue_seconds: number | null;
            recording_id: string | null;
            /** @description what came of the campaign's attempt, once the call has ended */
            result: string | null;
            /** @description phones that we called rang, summed over the legs */
            ring_seconds: number | null;
            site_id: string | null;
            started_ms: number;
            /** @description how far the call is; `ending` until its record is there, then `ended` */
            state: string;
            /** @description somebody was there for the customer, holds included */
            talk_seconds: number | null;
            tenant_id: string;
            /** @description what the call's spans and log lines are found by; null where untraced */
            trace_id: string | null;
            /** @description the extension that handed the customer over last */
            transferred_by: string | null;
            trunk_id: string | null;
            /** @description counts the news of this call: of two answers the higher one is newer */
            version: number;
            /** @description the customer was on the line and nobody was there */
            wait_seconds: number | null;
            /** @description whether the caller asked that nobody be shown the number */
            withheld: boolean;
        };
        /** @description Which of the tenant's numbers are shown; the least used of the day is next. */
        CallerPoolShape: {
            /**
             * @description how often one number is shown in a day
             * @default null
             */
            calls_a_day?: number | null;
            numbers?: string[];
            /** @description numbers shown to customers whose number begins so */
            regions?: {
                [key: string]: string[];
            };
        };
        /** @description What is to change of the caller rule; what is absent stays. `numbers` and `regions` are replaced whole. */
        CallerRulePatch: {
            /** @enum {string} */
            kind?: "fixed" | "region" | "rotating";
            numbers?: string[];
            regions?: {
                [key: string]: string;
            };
        };
        /**
         * @description Which of its numbers the tenant shows to the people it calls.
         *
         *     `fixed`: the first of `numbers`. `region`: the number under the longest prefix of the callee's number in
         *     `regions`, else the first of `numbers`. `rotating`: each call the next of `numbers`.
         */
        CallerRuleShape: {
            /**
             * @default fixed
             * @enum {string}
             */
            kind?: "fixed" | "region" | "rotating";
            numbers?: string[];
            regions?: {
                [key: string]: string;
            };
        };
        /** @description When customers may be called, by their own clock. A weekday that is not named has no hours. */
        CallingHoursShape: {
            /** @description holidays */
            days?: components["schemas"]["control_plane__features__campaigns__schemas__SpecialDayShape"][];
            /**
             * @example {
             *       "mon": [
             *         "09:00-20:00"
             *       ],
             *       "tue": [
             *         "09:00-20:00"
             *       ]
             *     }
             */
            hours?: {
                [key: string]: string[];
            };
            /** @description without calls, each day: 12:00-14:00 */
            rest?: string[];
        };
        /** @description A list of the campaign; of two, the one with the higher priority is dialled first. */
        CampaignListShape: {
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example bought-in-may
             */
            list_id: string;
            /** @default 5 */
            priority?: number;
        };
        /** @description What is to change; what is absent stays. Lists, and settings of one name, are replaced whole. */
        CampaignPatch: {
            /** @description of the queue's agents */
            agents?: string[];
            /** @description the team's opening hours; null: always */
            calendar_id?: string | null;
            callers?: components["schemas"]["CallerPoolShape"];
            caps?: components["schemas"]["FrequencyCapShape"][];
            consent?: components["schemas"]["ConsentShape"];
            dispositions?: components["schemas"]["DispositionShape"][];
            /** @description what speaks, in a campaign without agents */
            flow_id?: string | null;
            /** @description what agents fill in */
            form?: components["schemas"]["FormField"][];
            /** @description leads that are ready to dial at once */
            hot_leads?: number;
            hours?: components["schemas"]["CallingHoursShape"];
            /** @enum {string} */
            kind?: "manual" | "preview" | "progressive" | "power" | "predictive" | "agentless" | "survey";
            lists?: components["schemas"]["CampaignListShape"][];
            most_attempts?: number;
            name?: string | "";
            /** @enum {string} */
            opt_out_key?: "" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "*" | "#";
            /** @description agents get leads only that are shared out to them or their team */
            own_leads_only?: boolean;
            pacing?: components["schemas"]["PacingShape"];
            preview?: components["schemas"]["PreviewShape"];
            /** @description whose agents take its calls */
            queue_id?: string | null;
            regions?: components["schemas"]["RegionHoursShape"][];
            retries?: components["schemas"]["RetryRuleShape"][];
            /** @description what agents say; {field} stands for a cell of the lead */
            script?: string;
            /** @description of the queue's agents */
            teams?: string[];
            /** @description of days and of leads without one; null: the tenant's */
            time_zone?: string | null;
        };
        /** @description A campaign as it is. */
        CampaignView: {
            /** @description of the queue's agents */
            agents?: string[];
            archived_ms: number | null;
            /**
             * @description the team's opening hours; null: always
             * @default null
             */
            calendar_id?: string | null;
            callers?: components["schemas"]["CallerPoolShape"];
            campaign_id: string;
            caps?: components["schemas"]["FrequencyCapShape"][];
            consent?: components["schemas"]["ConsentShape"];
            created_ms: number;
            dispositions?: components["schemas"]["DispositionShape"][];
            /**
             * @description what speaks, in a campaign without agents
             * @default null
             */
            flow_id?: string | null;
            /** @description what agents fill in */
            form?: components["schemas"]["FormField"][];
            /**
             * @description leads that are ready to dial at once
             * @default 2000
             */
            hot_leads?: number;
            hours?: components["schemas"]["CallingHoursShape"];
            /** @enum {string} */
            kind: "manual" | "preview" | "progressive" | "power" | "predictive" | "agentless" | "survey";
            lists?: components["schemas"]["CampaignListShape"][];
            /** @default 10 */
            most_attempts?: number;
            /** @default  */
            name?: string | "";
            /**
             * @default
             * @enum {string}
             */
            opt_out_key?: "" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "*" | "#";
            /**
             * @description agents get leads only that are shared out to them or their team
             * @default false
             */
            own_leads_only?: boolean;
            pacing?: components["schemas"]["PacingShape"];
            pool: string;
            preview?: components["schemas"]["PreviewShape"];
            /**
             * @description whose agents take its calls
             * @default null
             */
            queue_id?: string | null;
            regions?: components["schemas"]["RegionHoursShape"][];
            retries?: components["schemas"]["RetryRuleShape"][];
            runs: number;
            /**
             * @description what agents say; {field} stands for a cell of the lead
             * @default
             */
            script?: string;
            started_ms: number | null;
            /** @enum {string} */
            state: "draft" | "running" | "paused" | "stopped";
            /** @description of the queue's agents */
            teams?: string[];
            /**
             * @description of days and of leads without one; null: the tenant's
             * @default null
             */
            time_zone?: string | null;
        };
        /** @description A certificate that a site got. */
        Certificate: {
            ends_ms: number;
            issued_ms: number;
            /** @default null */
            revoked_by?: string | null;
            /** @default null */
            revoked_ms?: number | null;
            serial: string;
        };
        /** @description A page of a site's certificates. */
        CertificatePage: {
            items: components["schemas"]["Certificate"][];
            /** @default null */
            next?: string | null;
        };
        /** @description What a field was and is. A secret's values are `withheld`; a value that is too long is told by its size. */
        Change: {
            new: unknown;
            old: unknown;
        };
        /** @description Which proof of consent a lead must have. */
        ConsentShape: {
            /**
             * @description how old it may be
             * @default null
             */
            longest_days?: number | null;
            /** @default false */
            required?: boolean;
            /** @description which count; empty: any */
            sources?: string[];
            text_versions?: string[];
        };
        /**
         * @description What becomes of a consult.
         *
         *     `SWAP`: who holds talks, and the other way round.  `COMPLETE`: whoever asked leaves the others to each other.
         *     `CANCEL`: the consulted party leaves.  `CONFERENCE`: all talk.
         * @enum {string}
         */
        ConsultStep: "swap" | "complete" | "cancel" | "conference";
        /** @description What one signs in with. */
        Credentials: {
            /**
             * @description of the authenticator, or a recovery code
             * @default null
             */
            code?: string | null;
            password: string;
            username: string;
        };
        /** @description The digest identity without its password. */
        CredentialsView: {
            realm: string;
            username: string;
        };
        /** @description A number to find the calls of. */
        Customer: {
            /** @description the customer's number, E.164 */
            number: string;
        };
        /** @description By what a customer's calls are found; it says nothing of the number, and is another one in each tenant. */
        CustomerToken: {
            customer: string;
        };
        /** @description How far the recordings of a UTC day's calls have come; every state is told, empty ones too. */
        DaySummary: {
            day: string;
            states: components["schemas"]["StateSums"][];
        };
        /** @description The call that rings the agent's phone first, and the lead's then. */
        DialledView: {
            call_id: string;
            lead_id: string;
        };
        /**
         * @description How people write numbers down, and what else they dial.
         *
         *     An emergency number comes before an extension of the same digits, a service number after it. Both are known for
         *     the country unless given here.
         */
        Dialling: {
            /**
             * @description the country code without plus, such as 86
             * @default 86
             * @example 86
             */
            country_code?: string;
            /**
             * @description what is dialled for help; null: what the country has, 112 and 911
             * @default null
             */
            emergency_numbers?: string[] | null;
            /**
             * @description up to 4 digits, or nothing
             * @default 00
             * @example 0
             */
            international_prefix?: string;
            /**
             * @description up to 4 digits, or nothing
             * @default 0
             * @example 0
             */
            national_prefix?: string;
            /**
             * @description what people dial first for an outside line, such as 9
             * @default
             * @example 0
             */
            outside_prefix?: string;
            /**
             * @description short numbers of services, x for any digit; null: what the country has
             * @default null
             */
            service_numbers?: string[] | null;
        };
        /** @description What is to change of how the tenant's people write numbers down; what is absent stays. */
        DiallingPatch: {
            /**
             * @description the country code without plus, such as 86
             * @example 86
             */
            country_code?: string;
            /** @description what is dialled for help; null: what the country has, 112 and 911 */
            emergency_numbers?: string[] | null;
            /**
             * @description up to 4 digits, or nothing
             * @example 0
             */
            international_prefix?: string;
            /**
             * @description up to 4 digits, or nothing
             * @example 0
             */
            national_prefix?: string;
            /**
             * @description what people dial first for an outside line, such as 9
             * @example 0
             */
            outside_prefix?: string;
            /** @description short numbers of services, x for any digit; null: what the country has */
            service_numbers?: string[] | null;
        };
        /** @description What an agent says of a lead after a call. */
        DisposeOrder: {
            /** @default null */
            call_back?: components["schemas"]["CallBackOrder"] | null;
            /**
             * @description of which call it is said
             * @default null
             */
            call_id?: string | null;
            /**
             * @description 2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example sold
             */
            disposition: string;
            /** @description what is filled in, by the form's field names */
            form?: {
                [key: string]: string | number | boolean;
            };
        };
        Disposition: {
            /**
             * @description the agent's word on the result, one of the tenant's if it has some; null while there is none
             * @default null
             */
            disposition?: string | null;
            /** @default null */
            note?: string | null;
        };
        /** @description What an agent may say of a call. Those that are another's `parent` only group. */
        DispositionShape: {
            /**
             * @description 2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example sold
             */
            disposition_id: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            name: string;
            /** @description fields of the form to be filled in */
            needs?: string[];
            /** @default null */
            parent?: string | null;
            /** @default 86400 */
            retry_seconds?: number;
            /** @default false */
            success?: boolean;
            /**
             * @description what becomes of the lead
             * @default done
             * @enum {string}
             */
            then?: "done" | "retry" | "call-back" | "do-not-call" | "dead";
        };
        /** @description Whoever has the link may fetch the file until it expires. */
        DownloadLink: {
            /** @description UTC, RFC 3339 */
            expires_at: string;
            sha256: string;
            url: string;
        };
        /** @description An edge of HQ's by what its agent last told; null figures: it is silent. */
        EdgeView: {
            alive: boolean;
            /** @default null */
            at_ms?: number | null;
            /**
             * @description addresses and accounts that it does not listen to
             * @default null
             */
            bans?: number | null;
            edge_id: string;
            /**
             * @description bindings that it holds at carriers
             * @default null
             */
            registrations?: number | null;
        };
        /** @description A figure, and what it means. */
        FigureView: {
            definition: string;
            name: string;
            /** @enum {string} */
            unit: "count" | "seconds" | "percent" | "money" | "mos";
        };
        /** @description How a campaign stands in this run. */
        FiguresView: {
            abandoned: number;
            /** @description share of the calls that people answered; null before any */
            abandonment: number | null;
            attempts: number;
            /** @description in progress */
            calls: number;
            connected: number;
            /** @description no list has a lead left, and none is called again soon */
            exhausted: boolean;
            lists: components["schemas"]["ListLeft"][];
            /** @description leads that may be dialled now */
            ready: number;
            results: {
                [key: string]: number;
            };
            runs: number;
            state: string;
            /** @description leads that are called again within minutes */
            waiting: number;
        };
        /** @description A file of numbers. */
        FileView: {
            changed_ms: number;
            file_id: string;
            numbers: number;
            reason: string | null;
            /** @enum {string} */
            state: "waiting" | "ready" | "failed";
        };
        /** @description The files of a list. */
        FilesView: {
            items: components["schemas"]["FileView"][];
        };
        /** @description A draft in place of the one that is there. */
        FlowDraft: {
            /** @description the flow: `start`, and `nodes` by name; whatever is in it is kept, and checked before it is published */
            document: {
                [key: string]: unknown;
            };
            /** @description the `edit` of the draft that this is based on: if somebody has changed it since, you are told (`flow-changed`) */
            edit: number;
        };
        /** @description What is wrong with a flow: `where` it is, such as `nodes.menu`, and what to do. */
        FlowProblem: {
            message: string;
            where: string;
        };
        /** @description What is wrong with a draft; one without problems may be published. */
        FlowProblems: {
            edit: number;
            problems: components["schemas"]["FlowProblem"][];
        };
        /** @description A document as it stands in an editor; nothing is kept of it. */
        FlowQuestion: {
            /** @description the flow: `start`, and `nodes` by name; whatever is in it is kept, and checked before it is published */
            document: {
                [key: string]: unknown;
            };
        };
        /** @description A flow without its document. */
        FlowSummary: {
            archived_ms: number | null;
            changed_by: string;
            changed_ms: number;
            created_ms: number;
            /** @description counts the changes of the draft */
            edit: number;
            flow_id: string;
            /** @description the newest version; 0: none yet */
            latest: number;
            name: string;
            /** @description the version that calls run; null: none yet */
            published: number | null;
        };
        /** @description A flow with its draft. */
        FlowView: {
            archived_ms: number | null;
            changed_by: string;
            changed_ms: number;
            created_ms: number;
            document: {
                [key: string]: unknown;
            };
            /** @description counts the changes of the draft */
            edit: number;
            flow_id: string;
            /** @description the newest version; 0: none yet */
            latest: number;
            name: string;
            /** @description the version that calls run; null: none yet */
            published: number | null;
        };
        /** @description A call from outside that no person took. `called_by`: who called back last; `done_by`: null while open. */
        FollowUpView: {
            at_ms: number | null;
            call_id: string;
            called_by: string | null;
            called_ms: number | null;
            /** @description HQ's number that was called */
            caller_number: string | null;
            done_by: string | null;
            done_ms: number | null;
            /** @enum {string} */
            kind: "missed" | "voicemail";
            /** @description whom the message is for */
            mailbox: string | null;
            /** @description masked; `anonymous` where it is withheld */
            number: string | null;
            queue_id: string | null;
            /** @description how long the caller waited */
            queue_seconds: number | null;
            /** @description `no-answer`, `abandoned`, how the caller left a queue, or another ending */
            reason: string;
            /** @description of the message */
            recording_id: string | null;
        };
        /** @description A number that nobody is to call. */
        ForbidEverywhere: {
            /**
             * @description write the number with its plus sign and country code, such as +862155550100
             * @example +862155550100
             */
            number: string;
            /**
             * @default api
             * @enum {string}
             */
            source?: "api" | "agent" | "key" | "sms" | "letter" | "court";
        };
        /** @description A number that is not to be called: itself, or that of a lead, whose agent does not see it. */
        ForbidOrder: {
            /**
             * @description the list of one campaign; null: of the whole tenant
             * @default null
             */
            campaign_id?: string | null;
            /** @default null */
            lead_id?: string | null;
            /** @default null */
            number?: string | null;
            /**
             * @default agent
             * @enum {string}
             */
            source?: "api" | "agent" | "key" | "sms" | "letter" | "court";
        };
        /** @description A field of the form. */
        FormField: {
            choices?: string[];
            /**
             * @default text
             * @enum {string}
             */
            kind?: "text" | "number" | "choice" | "date" | "yes-no";
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            label: string;
            name: string;
            /**
             * @description whatever the disposition
             * @default false
             */
            required?: boolean;
        };
        /** @description What is wrong with a document. */
        FoundProblems: {
            problems: components["schemas"]["FlowProblem"][];
        };
        /** @description What the file is. */
        FoundView: {
            columns: string[];
            encoding: string;
            fields: {
                [key: string]: string;
            };
            kind: string;
            number_column: string;
        };
        /** @description No more than `most` attempts in a window, of one number, of this campaign, or from one caller number. */
        FrequencyCapShape: {
            most: number;
            /**
             * @default person
             * @enum {string}
             */
            scope?: "person" | "campaign" | "caller";
            /**
             * @description of a sliding window
             * @default 86400
             */
            seconds?: number;
            /**
             * @default sliding
             * @enum {string}
             */
            window?: "sliding" | "day" | "week" | "month";
        };
        /** @description One address of the carrier, or a name that its DNS knows (RFC 3263). */
        GatewayShape: {
            /**
             * @description an IPv4 address or a host name in small letters
             * @example 192.0.2.10
             */
            host: string;
            /**
             * @description null: for a name what its SRV records say, for an address 5060, over TLS 5061
             * @default null
             */
            port?: number | null;
            /**
             * @description null: for a name without a port what its NAPTR or SRV records say, else `udp`
             * @default null
             */
            transport?: ("udp" | "tcp" | "tls") | null;
        };
        /** @description A half hour in which agents were there. */
        HalfHourView: {
            abandonment: number;
            answered: number;
            at_ms: number;
            productive: number;
        };
        /** @description What is to change; what is absent stays. `prefixes` are replaced whole. */
        HandDiallingPatch: {
            approvals?: boolean;
            limited?: boolean;
            lists?: boolean;
            prefixes?: string[];
        };
        /**
         * @description What people may dial by hand to the outside; emergency numbers always.
         *
         *     `limited` false: whatever `limits` allow. Else: `prefixes`, customers on the tenant's `lists`, and numbers that
         *     have been approved, with `approvals`.
         */
        HandDiallingShape: {
            /** @default false */
            approvals?: boolean;
            /** @default false */
            limited?: boolean;
            /** @default false */
            lists?: boolean;
            prefixes?: string[];
        };
        /** @description One message that an edge took, or one thing that it did.  Numbers are masked. */
        HeadView: {
            /** @description where it came from */
            address: string;
            at_ms: number;
            edge_id: string;
            /** @description `request`, `response`, or `note`: what the edge itself did, or found */
            kind: string;
            /** @description what its description says of the sound: where to, codecs, which way */
            sdp: string;
            /** @description `phone`, `carrier`, `media-node`, `branch`, `edge`, or `us` */
            sender: string;
            /** @description its dialog's Call-ID, or `account:` and whose phone tried in vain */
            sip_call_id: string;
            /** @description its first line in short, or the note */
            words: string;
        };
        Hold: {
            /**
             * @description the station that holds; null is your own
             * @default null
             */
            by?: string | null;
            /** @description true: the others hear music; false: they hear you again */
            held: boolean;
        };
        /** @description What was settled in an hour. */
        HourView: {
            abandoned: number;
            answered: number;
            /** @description when the hour began */
            at_ms: number;
            attempts: number;
            machines: number;
            /** @description who answered */
            people: number;
            talks: number;
        };
        /** @description The file is there: import it. */
        ImportOrder: {
            /**
             * @description import a list anew that failed or was refused, such as with another mapping
             * @default false
             */
            again?: boolean;
            /**
             * @description another mapping than before
             * @default null
             */
            mapping?: components["schemas"]["Mapping"] | null;
            /**
             * @description how many parts were sent, from 0 on
             * @default 1
             */
            parts?: number;
        };
        /** @description An enrolment token; it is shown this once. */
        IssuedToken: {
            expires_at_ms: number;
            /** @description `<site>.<secret>.<SHA-256 of the platform's CA certificate>` */
            token: string;
        };
        /** @description Messages in the order in which the edges took them. */
        Ladder: {
            items: components["schemas"]["HeadView"][];
            /** @description edges that did not answer: what they remember is missing */
            silent_edges: string[];
        };
        /** @description A lead as an agent sees it. */
        LeadView: {
            attempts: number;
            call_back: boolean;
            carrier: string;
            cells: {
                [key: string]: string;
            };
            city: string;
            disposition: string | null;
            due_ms: number | null;
            lead_id: string;
            line_type: string;
            list_id: string;
            /** @description the customer's clock now; null where nobody knows */
            local_time: string | null;
            /** @description masked */
            number: string;
            province: string;
            region: string;
            results: {
                [key: string]: number;
            };
            /** @description whose it is */
            user_id: string | null;
        };
        /** @description Who leaves: their leads go to the others, and their call-backs are anybody's. */
        LeaverOrder: {
            /** @default null */
            team?: string | null;
            /** @default null */
            user_id?: string | null;
        };
        /** @description One party's connection.  Times are milliseconds since 1970. */
        LegView: {
            answered_ms: number | null;
            /** @description HQ's number that this party was shown */
            caller_number: string | null;
            cost_class: string | null;
            /** @description what it cost by that rate, in millionths, once it has ended */
            cost_micros: number | null;
            /** @description the trunk's rate for it, in `currency` */
            cost_per_minute: number | null;
            ended_ms: number | null;
            extension: string | null;
            /** @description whether this party has put the others on hold */
            held: boolean;
            held_since_ms: number | null;
            /** @description for how long it did, once it has ended */
            hold_seconds: number | null;
            /** @description the call at its other end, where a phone joined two calls */
            joined_call: string | null;
            leg_id: string;
            /** @description what it may hear and say, where it is not a party like the others */
            mode: string | null;
            number: string | null;
            ringing_ms: number | null;
            role: string;
            /** @description the Call-ID of its dialog, once it has ended, for HQ administrators; null for others */
            sip_call_id: string | null;
            /** @description the final SIP response of a leg that was not answered */
            sip_code: number | null;
            site_id: string | null;
            started_ms: number;
            state: string;
            trunk_id: string | null;
            /** @description null for a leg without sound */
            voice: components["schemas"]["VoiceView"] | null;
        };
        /** @description Whom a number is lent to. */
        Lending: {
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example acme
             */
            tenant_id: string;
        };
        /** @description Whom to listen to again. */
        Lift: {
            /**
             * @description `extension@domain`; empty: the whole address
             * @default
             */
            account?: string;
            /** @example 203.0.113.7 */
            address: string;
        };
        /** @description What is to change of the limits; what is absent stays, null is no limit. Lists are replaced whole. */
        LimitsPatch: {
            allowed_prefixes?: string[];
            blocked_prefixes?: string[];
            calls_per_minute?: number | null;
            /** @description at this multiple of spend_per_day calls are ended too */
            hard_stop?: number;
            /** @description a call to the outside ends so long after its answer: it was forgotten */
            longest_call_minutes?: number | null;
            spend_per_day?: number | null;
            /** @description for each station */
            station_calls_per_minute?: number | null;
        };
        /**
         * @description What bounds a tenant's calls to the outside, and so the damage of a stolen identity; null is no limit.
         *
         *     The longest prefix of a number decides whether it may be called; `+` alone is anywhere. What no prefix of the
         *     tenant's names is allowed, except +870, +878, +881, +882, +883, +979 and +1900 and what an equally long or longer
         *     prefix here does not allow of them. Money is in the currency of the trunks' rates, and counts for the UTC day on
         *     which a call begins.
         */
        LimitsShape: {
            allowed_prefixes?: string[];
            blocked_prefixes?: string[];
            /** @default null */
            calls_per_minute?: number | null;
            /**
             * @description at this multiple of spend_per_day calls are ended too
             * @default 1.5
             */
            hard_stop?: number;
            /**
             * @description a call to the outside ends so long after its answer: it was forgotten
             * @default null
             */
            longest_call_minutes?: number | null;
            /** @default null */
            spend_per_day?: number | null;
            /**
             * @description for each station
             * @default 20
             */
            station_calls_per_minute?: number | null;
        };
        /** @description The campaign's calls in progress. */
        LinesView: {
            /** @description over, or a machine's; not settled yet */
            ending: number;
            ringing: number;
            talking: number;
            /** @description a person has answered, and no agent is there yet */
            waiting: number;
        };
        /** @description A site's last link report; `live` while it is younger than 15 seconds. */
        Link: {
            live: boolean;
            report: components["schemas"]["LinkReport"];
            reported_ms: number;
            site_id: string;
        };
        /** @description What a branch measures on its line to headquarters; keys of a newer branch are passed over. */
        LinkReport: {
            /** @default null */
            jitter_ms?: number | null;
            loss: number;
            /** @default null */
            registrations?: number | null;
            /** @default null */
            rtt_ms?: number | null;
            /** @default 0 */
            samples?: number;
            /** @default null */
            snapshot_version?: number | null;
        };
        /** @description How far a list is. */
        ListLeft: {
            exhausted: boolean;
            leads: number;
            /** @description not yet entered for dialling in this run */
            left: number;
            /** @description who is not to be called, by reason */
            left_out: {
                [key: string]: number;
            };
            list_id: string;
        };
        /** @description How a list is read, and by what its rows fall. */
        ListSettings: {
            blocked_line_types?: ("fixed-line" | "mobile" | "fixed-line-or-mobile" | "toll-free" | "premium-rate" | "shared-cost" | "voip" | "personal-number" | "pager" | "uan" | "voicemail")[];
            blocked_regions?: string[];
            /**
             * @description refuse who was reached in so many days; 0: nobody
             * @default 0
             */
            contacted_days?: number;
            /**
             * @description refuse numbers found dead in so many days
             * @default 90
             */
            dead_days?: number;
            /**
             * @description empty: detected
             * @default
             * @enum {string}
             */
            encoding?: "" | "utf-8" | "gb18030" | "utf-16-le" | "utf-16-be";
            /**
             * @description how long the file is kept once imported
             * @default 0
             */
            keep_file_days?: number;
            mapping?: components["schemas"]["Mapping"];
            /** @default  */
            name?: string | "";
            /**
             * @description refuse numbers that another list has, if it is not archived
             * @default false
             */
            new_numbers_only?: boolean;
            /**
             * @description where numbers without a country code are; null: the tenant's country
             * @default null
             */
            region?: string | null;
            /**
             * @description a saved mapping, in place of `mapping`
             * @default null
             */
            template_id?: string | null;
        };
        /** @description A list as it is. */
        ListView: {
            archived_ms: number | null;
            created_ms: number;
            found: components["schemas"]["FoundView"] | null;
            imported_ms: number | null;
            list_id: string;
            name: string;
            /** @description of the file, as far as it is kept */
            parts: components["schemas"]["PartView"][];
            progress: components["schemas"]["ProgressView"] | null;
            reason: string | null;
            settings: components["schemas"]["ListSettings"];
            /**
             * @description `open`: waits for its file; `ready`: may be dialled; `refused`: no row may be; `failed`: the file is no list, see `reason`; `duplicate`: `reason` is the list that has this very file
             * @enum {string}
             */
            state: "open" | "waiting" | "importing" | "ready" | "refused" | "failed" | "duplicate";
            summary: components["schemas"]["Summary"] | null;
        };
        /** @description How a campaign runs now. */
        LiveView: {
            /** @description who they are */
            agent_ids: string[];
            /** @description signed in for it, by state */
            agents: {
                [key: string]: number;
            };
            at_ms: number;
            cap: number;
            /** @description of the last 24 that had calls, oldest first */
            hours: components["schemas"]["HourView"][];
            /** @description a dialler has it */
            is_paced: boolean;
            lines: components["schemas"]["LinesView"];
            windows: components["schemas"]["WindowView"][];
        };
        /** @description Where a place is, for those who send help: a civic address by its parts (RFC 5139), and a point (WGS 84). */
        LocationShape: {
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            building?: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            city?: string;
            /**
             * @description two capital letters (ISO 3166-1), or nothing
             * @default
             * @example CN
             */
            country?: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            district?: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            floor?: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            house?: string;
            /** @default null */
            latitude?: number | null;
            /** @default null */
            longitude?: number | null;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            postal_code?: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            province?: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            room?: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @default
             * @example Chengdu
             */
            street?: string;
        };
        /** @description A logo's picture. */
        LogoView: {
            content_type: string;
            /** @description the file, base64 */
            data: string;
            sha256: string;
        };
        /** @description Whether machines that answer are told from people, and what they are given. */
        MachinesShape: {
            /**
             * @default hang-up
             * @enum {string}
             */
            answer?: "hang-up" | "leave-message" | "connect";
            /** @default false */
            enabled?: boolean;
            /** @default 1 */
            machine_cost?: number;
            /** @default null */
            message?: string | null;
            /**
             * @description then it is taken for a person
             * @default 4
             */
            most_seconds?: number;
            /** @default 10 */
            person_cost?: number;
        };
        /**
         * @description Which column means what. The names `owner`, `time_zone`, `priority`, and `consent_source`, `consent_time`,
         *     `consent_version`, `consent_file` have a meaning of their own.
         */
        Mapping: {
            /** @description cells that a lead keeps */
            fields?: {
                [key: string]: string | number;
            };
            /**
             * @description whether the first row has names; null to find out
             * @default null
             */
            header?: boolean | null;
            /**
             * @description the numbers' column; null to find it
             * @default null
             */
            number?: (string | number) | null;
        };
        /** @description Who is signed in, and what they are where. */
        Me: {
            belongs_to: string;
            display_name: string;
            is_hq_admin: boolean;
            /** @description a tenant wants a second factor of them: nothing else can be done before */
            must_enrol: boolean;
            /** @description what the roles grant; HQ administrators may all */
            permissions: {
                [key: string]: string[];
            };
            roles: {
                [key: string]: string[];
            };
            /** @description whether they sign in with a code too */
            second_factor: boolean;
            teams: {
                [key: string]: string[];
            };
            user_id: string;
            username: string;
        };
        /** @description Which messages are wanted: all that fit any of these. */
        MessagesQuestion: {
            /**
             * @description `extension@domain`: what was tried in vain in a station's name
             * @default []
             */
            accounts?: string[];
            /**
             * @description the call's id: of legs that we dialled, edges know it
             * @default
             */
            call_id?: string;
            /**
             * @description Call-IDs: `sip_call_id` of a call's legs
             * @default []
             */
            dialogs?: string[];
        };
        /** @description A calendar to be. */
        NewCalendar: {
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example office-hours
             */
            calendar_id: string;
            /** @description holidays, closures, and days with other hours */
            days?: components["schemas"]["control_plane__features__calendars__schemas__SpecialDayShape"][];
            /**
             * @example {
             *       "mon": [
             *         "09:00-12:00",
             *         "13:00-18:00"
             *       ]
             *     }
             */
            hours?: {
                [key: string]: string[];
            };
            /** @default  */
            name?: string | "";
            /**
             * @description the IANA name of a time zone
             * @example Asia/Shanghai
             */
            time_zone: string;
        };
        /** @description Ring the station first; when it answers, dial the number. */
        NewCall: {
            /**
             * @description the tenant's number to show; null leaves it to its rule
             * @default null
             */
            caller_number?: string | null;
            /** @description the station that is to talk */
            extension: string;
            /** @description an extension, or a number as people write it */
            number: string;
        };
        /** @description A campaign to be. It is a draft until it is started. */
        NewCampaign: {
            /** @description of the queue's agents */
            agents?: string[];
            /**
             * @description the team's opening hours; null: always
             * @default null
             */
            calendar_id?: string | null;
            callers?: components["schemas"]["CallerPoolShape"];
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example spring
             */
            campaign_id: string;
            caps?: components["schemas"]["FrequencyCapShape"][];
            consent?: components["schemas"]["ConsentShape"];
            dispositions?: components["schemas"]["DispositionShape"][];
            /**
             * @description what speaks, in a campaign without agents
             * @default null
             */
            flow_id?: string | null;
            /** @description what agents fill in */
            form?: components["schemas"]["FormField"][];
            /**
             * @description leads that are ready to dial at once
             * @default 2000
             */
            hot_leads?: number;
            hours?: components["schemas"]["CallingHoursShape"];
            /** @enum {string} */
            kind: "manual" | "preview" | "progressive" | "power" | "predictive" | "agentless" | "survey";
            lists?: components["schemas"]["CampaignListShape"][];
            /** @default 10 */
            most_attempts?: number;
            /** @default  */
            name?: string | "";
            /**
             * @default
             * @enum {string}
             */
            opt_out_key?: "" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "*" | "#";
            /**
             * @description agents get leads only that are shared out to them or their team
             * @default false
             */
            own_leads_only?: boolean;
            pacing?: components["schemas"]["PacingShape"];
            preview?: components["schemas"]["PreviewShape"];
            /**
             * @description whose agents take its calls
             * @default null
             */
            queue_id?: string | null;
            regions?: components["schemas"]["RegionHoursShape"][];
            retries?: components["schemas"]["RetryRuleShape"][];
            /**
             * @description what agents say; {field} stands for a cell of the lead
             * @default
             */
            script?: string;
            /** @description of the queue's agents */
            teams?: string[];
            /**
             * @description of days and of leads without one; null: the tenant's
             * @default null
             */
            time_zone?: string | null;
        };
        /** @description The digest identity that the carrier gave HQ. */
        NewCredentials: {
            password: string;
            /**
             * @description the realm in the carrier's challenge: letters, digits and ._~-
             * @example carrier.example
             */
            realm: string;
            /**
             * @description letters, digits and ._+@~- (64 at most)
             * @example hq-trunk-1
             */
            username: string;
        };
        /** @description A flow to be. It is a draft until it is published; calls run published versions only. */
        NewFlow: {
            /** @description the flow: `start`, and `nodes` by name; whatever is in it is kept, and checked before it is published */
            document: {
                [key: string]: unknown;
            };
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example welcome
             */
            flow_id: string;
        };
        /** @description A list to be. Its file comes next. */
        NewList: {
            blocked_line_types?: ("fixed-line" | "mobile" | "fixed-line-or-mobile" | "toll-free" | "premium-rate" | "shared-cost" | "voip" | "personal-number" | "pager" | "uan" | "voicemail")[];
            blocked_regions?: string[];
            /**
             * @description refuse who was reached in so many days; 0: nobody
             * @default 0
             */
            contacted_days?: number;
            /**
             * @description refuse numbers found dead in so many days
             * @default 90
             */
            dead_days?: number;
            /**
             * @description empty: detected
             * @default
             * @enum {string}
             */
            encoding?: "" | "utf-8" | "gb18030" | "utf-16-le" | "utf-16-be";
            /**
             * @description how long the file is kept once imported
             * @default 0
             */
            keep_file_days?: number;
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example bought-in-may
             */
            list_id: string;
            mapping?: components["schemas"]["Mapping"];
            /** @default  */
            name?: string | "";
            /**
             * @description refuse numbers that another list has, if it is not archived
             * @default false
             */
            new_numbers_only?: boolean;
            /**
             * @description where numbers without a country code are; null: the tenant's country
             * @default null
             */
            region?: string | null;
            /**
             * @description a saved mapping, in place of `mapping`
             * @default null
             */
            template_id?: string | null;
        };
        /** @description A number that HQ has from a carrier. `trunk_ids`: who accepts it as calling number; empty for all trunks. */
        NewNumber: {
            /**
             * @description write the number with its plus sign and country code, such as +862155550100
             * @example +862155550100
             */
            number: string;
            /**
             * @description the tenant's station that calls to it ring
             * @default null
             */
            route_to?: string | null;
            /**
             * @description whom it is lent to at once
             * @default null
             */
            tenant_id?: string | null;
            trunk_ids?: string[];
        };
        /** @description A prompt to be; its audio comes by language. */
        NewPrompt: {
            /** @default null */
            name?: string | null;
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example welcome
             */
            prompt_id: string;
        };
        /** @description A queue to be. Its pool stays: agents and callers of two pools are never matched together. */
        NewQueue: {
            /**
             * @description how much waiting a step of priority is worth
             * @default 60
             */
            age_seconds_per_priority?: number;
            /** @default 30 */
            announce_every_seconds?: number | null;
            /** @default true */
            announces_place?: boolean;
            /**
             * @description within how many a caller should be answered
             * @default 20
             */
            answer_target_seconds?: number;
            /** @description told in turn while one waits */
            comfort?: string[];
            /**
             * @description how long ago they may have spoken
             * @default 30
             */
            last_agent_days?: number;
            /**
             * @description how long a caller is kept for the last agent
             * @default 20
             */
            last_agent_seconds?: number;
            /** @default null */
            longest_wait_seconds?: number | null;
            /** @default null */
            most_waiting?: number | null;
            /**
             * @description what callers hear while they wait; null: the platform's
             * @default null
             */
            music?: string | null;
            /** @default  */
            name?: string | "";
            /** @description what every agent must be able to do */
            needs?: components["schemas"]["SkillNeedShape"][];
            /**
             * @description how long an agent's phone rings
             * @default 20
             */
            offer_seconds?: number;
            /**
             * @description whose agents serve it: `hq` or an outsourcing firm; by default the tenant's provider
             * @default null
             */
            pool?: string | null;
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example sales
             */
            queue_id: string;
            /** @description in order of time */
            relaxations?: components["schemas"]["RelaxationShape"][];
            /**
             * @description free agents kept for callers of `reserved_priority`
             * @default 0
             */
            reserved_agents?: number;
            /** @default 8 */
            reserved_priority?: number;
            /**
             * @description how many of a hundred should be
             * @default 80
             */
            service_level_percent?: number;
            /**
             * @description whom of several free agents a caller is offered to; `ring-all`: all at once, the first to answer has the call
             * @default longest-idle
             * @enum {string}
             */
            strategy?: "longest-idle" | "most-skilled" | "least-occupied" | "round-robin" | "ring-all";
            /**
             * @description how long, after that, for the last agent's team
             * @default 0
             */
            team_seconds?: number;
            /**
             * @description the longest that an agent may write after a call
             * @default 30
             */
            wrap_up_seconds?: number;
        };
        /** @description A place where phones are. A `branch` has its own gateway, which connects with a certificate. */
        NewSite: {
            /**
             * @description how people dial there; null: as their tenant's do
             * @default null
             */
            dialling?: components["schemas"]["Dialling"] | null;
            /**
             * @description the number of HQ's that emergency calls from there show: carriers find the place by it
             * @default null
             */
            emergency_caller?: string | null;
            /**
             * @default branch
             * @enum {string}
             */
            kind?: "hq" | "branch";
            /** @default null */
            location?: components["schemas"]["LocationShape"] | null;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            name: string;
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example branch-1
             */
            site_id: string;
            /**
             * @description null: that of each tenant who has stations there
             * @default null
             */
            time_zone?: string | null;
        };
        /** @description A station to be. It registers as `<extension>@<domain of the tenant>`. */
        NewStation: {
            /** @default null */
            display_name?: string | null;
            /**
             * @description an extension has 2 to 6 digits
             * @example 1001
             */
            extension: string;
            /**
             * @description `optional`: SRTP where the phone can (RFC 8643); `rtp`: it is offered no keys; `srtp`: it must encrypt (SDES); `webrtc`: a browser
             * @default optional
             * @enum {string}
             */
            media?: "optional" | "rtp" | "srtp" | "webrtc";
            /**
             * @description at least 12 printable ASCII characters; leave out to have one made
             * @default null
             */
            password?: string | null;
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example branch-1
             */
            site_id: string;
            /**
             * @description who is seated there: a user with a role in the tenant
             * @default null
             */
            user_id?: string | null;
        };
        /** @description A new password for a station's phone. */
        NewStationPassword: {
            /**
             * @description at least 12 printable ASCII characters; leave out to have one made
             * @default null
             */
            password?: string | null;
        };
        /** @description A tenant to be. `domain`: by default `<tenant_id>.<platform domain>`; phones register in it. */
        NewTenant: {
            dialling?: components["schemas"]["Dialling"];
            /** @default null */
            domain?: string | null;
            limits?: components["schemas"]["LimitsShape"];
            /**
             * @description calls over trunks at once
             * @default 100
             */
            max_channels?: number;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            name: string;
            /**
             * @description the outsourcing firm that serves the tenant, or hq
             * @default hq
             * @example hq
             */
            provider?: string;
            /** @default true */
            records_calls?: boolean;
            /**
             * @description calls between the tenant's stations too
             * @default false
             */
            records_internal_calls?: boolean;
            /** @default 60 */
            ring_timeout_seconds?: number;
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example acme
             */
            tenant_id: string;
            /**
             * @description the IANA name of a time zone
             * @default UTC
             * @example Asia/Shanghai
             */
            time_zone?: string;
        };
        /**
         * @description A tenant's own user to be. They sign in as `<name>@<tenant id>`, so that no tenant learns which names
         *     others have taken.
         */
        NewTenantUser: {
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            display_name: string;
            /** @example li.na */
            name: string;
            password: string;
            roles: ("agent" | "supervisor" | "manager" | "client")[];
            teams?: string[];
        };
        /**
         * @description A trunk to be.
         *
         *     `gateways` are tried in order; `sources`: where the carrier's calls to us come from; `media_networks`: where its
         *     media comes from and goes to, empty for the addresses of its gateways and sources.
         */
        NewTrunk: {
            /**
             * @description as where the carrier writes numbers; null: as where the number called is
             * @default null
             */
            country_code?: string | null;
            /**
             * @description leave out where the carrier knows us by address
             * @default null
             */
            credentials?: components["schemas"]["NewCredentials"] | null;
            /**
             * @description host in From and P-Asserted-Identity; by default the first gateway's
             * @default null
             */
            domain?: string | null;
            /**
             * @description how keys go: `auto`: as events (RFC 4733) where the carrier takes them, else as sound; `rfc4733`, `inband`, `info` (SIP INFO): so and no other way
             * @default auto
             * @enum {string}
             */
            dtmf?: "auto" | "rfc4733" | "inband" | "info";
            /** @default true */
            enabled?: boolean;
            gateways: components["schemas"]["GatewayShape"][];
            /** @default 30 */
            max_channels?: number;
            /**
             * @description `optional`: SRTP where the carrier can (RFC 8643); `rtp`: it is offered no keys; `srtp`: it must encrypt (SDES)
             * @default optional
             * @enum {string}
             */
            media?: "optional" | "rtp" | "srtp";
            media_networks?: string[];
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            name: string;
            /**
             * @description silence of a gateway before the next one is tried
             * @default 3000
             */
            no_reply_ms?: number;
            /**
             * @description a gateway's time to ring or be heard; then the next is tried
             * @default 6000
             */
            no_ring_ms?: number;
            /**
             * @description lower first among trunks of equal cost
             * @default 100
             */
            priority?: number;
            rates: components["schemas"]["RateShape"][];
            /**
             * @description whether we register at the carrier; needs credentials
             * @default false
             */
            registers?: boolean;
            sources?: string[];
            /** @description whose calls it may carry; empty for everyone's */
            tenant_ids?: string[];
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example carrier-a
             */
            trunk_id: string;
            /**
             * @description whether the carrier vouches for P-Asserted-Identity, Diversion and their kin (RFC 3325)
             * @default true
             */
            trusts_identity?: boolean;
        };
        /** @description A user to be.  Only a user of the platform can be HQ administrator. */
        NewUser: {
            /** @description `platform`, `provider:<name>`, or `tenant:<tenant id>`; a tenant's user has roles in that tenant only */
            belongs_to: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            display_name: string;
            /** @default false */
            is_hq_admin?: boolean;
            password: string;
            roles?: {
                [key: string]: ("agent" | "supervisor" | "manager" | "client")[];
            };
            teams?: {
                [key: string]: string[];
            };
            /**
             * @description 2 to 64 letters, digits and ._@-, a letter or digit first
             * @example li.na
             */
            username: string;
        };
        /** @description A customer to be treated so, by the number that they call from. */
        NewVip: {
            /**
             * @description for the tenant's flows to tell them apart
             * @default 1
             */
            level?: number;
            /**
             * @description rung where a flow says so, as when every agent talks
             * @default null
             */
            mobile?: string | null;
            /** @default  */
            name?: string | "";
            /**
             * @description write the number with its plus sign and country code, such as +862155550100
             * @example +862155550100
             */
            number: string;
            /**
             * @description the agent whom a call is offered to first
             * @default null
             */
            own_agent?: string | null;
            /**
             * @description at least, in any queue
             * @default 9
             */
            priority?: number;
            /**
             * @description waited in, in place of whatever queue a flow names
             * @default null
             */
            queue_id?: string | null;
        };
        /** @description Where the tenant is told. */
        NewWebhook: {
            /** @example https://crm.acme.example/trunkline */
            url: string;
        };
        NextStep: {
            /** @description `swap`: who holds talks, and the other way round.  `complete`: leave the others to each other.  `cancel`: the consulted party leaves.  `conference`: all talk. */
            step: components["schemas"]["ConsultStep"];
        };
        /** @description A media node by its last heartbeat; null figures: it is silent. */
        NodeView: {
            alive: boolean;
            /** @default null */
            at_ms?: number | null;
            /** @default null */
            calls?: number | null;
            /** @default null */
            capacity?: number | null;
            /** @default null */
            draining?: boolean | null;
            node_id: string;
            /** @default null */
            sip?: string | null;
            /**
             * @description `room`, `filling`, or `full`: its calls go on unrecorded
             * @default null
             */
            spool?: string | null;
            /**
             * @description recordings that wait there to be archived
             * @default null
             */
            spool_bytes?: number | null;
            /** @default null */
            spool_max_bytes?: number | null;
        };
        /** @description How well a number of the tenant's is answered, against its own past. */
        NumberHealthView: {
            /** @description the seven days before */
            before: components["schemas"]["TallyView"];
            /** @description that name it */
            campaigns: string[];
            number: string;
            /** @description the last four to eight hours */
            recent: components["schemas"]["TallyView"];
            /** @description null: it is shown */
            rests_until_ms: number | null;
            /** @description calls of the last 24 hours that showed it */
            shown_day: number;
            slots: components["schemas"]["SlotView"][];
            why: ("seldom-answered" | "hung-up-on") | null;
        };
        /** @description A number of the platform's lists. */
        NumberOrder: {
            /**
             * @description write the number with its plus sign and country code, such as +862155550100
             * @example +862155550100
             */
            number: string;
        };
        /** @description What is to change; what is absent or null stays. */
        NumberPatch: {
            /** @default null */
            trunk_ids?: string[] | null;
        };
        /**
         * @description Where calls to a number go: through a flow, else to a station; what is left out or null is none.
         *
         *     `route_to` rings where there is no flow, or none is published yet. Without both, nobody is reached.
         */
        NumberRoute: {
            /**
             * @description its opening hours; null: always open
             * @default null
             */
            calendar_id?: string | null;
            /** @default null */
            flow_id?: string | null;
            /**
             * @description that the flow begins with; null: the flow's own
             * @default null
             */
            language?: string | null;
            /**
             * @description what says that calls are recorded, before an agent hears
             * @default null
             */
            notice?: string | null;
            /** @default null */
            route_to?: string | null;
        };
        /** @description The numbers that the tenant's campaigns name. */
        NumbersHealthView: {
            items: components["schemas"]["NumberHealthView"][];
        };
        /** @description The call of which the agent still has to say what came of it. */
        OwedView: {
            call_id: string;
            lead_id: string;
        };
        /** @description One's own user name, so that nobody ends all of their sessions by mistake. */
        OwnName: {
            username: string;
        };
        /** @description How calls are launched. */
        PacingShape: {
            /**
             * @description names the caller to whom no agent takes
             * @default null
             */
            abandon_message?: string | null;
            /** @default 0.2 */
            answer_rate?: number;
            /**
             * @description share of answered calls that may find no agent
             * @default 0.03
             */
            cap?: number;
            /** @default 2 */
            grace_seconds?: number;
            /** @default 3 */
            lines_per_agent?: number;
            machines?: components["schemas"]["MachinesShape"];
            /** @default 1000 */
            most_lines?: number;
            /** @default 25 */
            ring_seconds?: number;
            /** @default 120 */
            talk_seconds?: number;
            /** @default 20 */
            wrap_up_seconds?: number;
        };
        PageOf_AgentStateView_: {
            items: components["schemas"]["AgentStateView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_AgentView_: {
            items: components["schemas"]["AgentView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_AuditEntry_: {
            items: components["schemas"]["AuditEntry"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_CalendarView_: {
            items: components["schemas"]["CalendarView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_CallView_: {
            items: components["schemas"]["CallView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_CampaignView_: {
            items: components["schemas"]["CampaignView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_FlowSummary_: {
            items: components["schemas"]["FlowSummary"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_FollowUpView_: {
            items: components["schemas"]["FollowUpView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_ListView_: {
            items: components["schemas"]["ListView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_NumberView_: {
            items: components["schemas"]["control_plane__features__numbers__schemas__NumberView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_PromptView_: {
            items: components["schemas"]["PromptView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_QueueStateView_: {
            items: components["schemas"]["QueueStateView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_QueueView_: {
            items: components["schemas"]["QueueView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_RecordingView_: {
            items: components["schemas"]["RecordingView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_SiteView_: {
            items: components["schemas"]["SiteView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_StationView_: {
            items: components["schemas"]["StationView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_TemplateView_: {
            items: components["schemas"]["TemplateView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_TenantUserView_: {
            items: components["schemas"]["TenantUserView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_TenantView_: {
            items: components["schemas"]["TenantView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_TrunkView_: {
            items: components["schemas"]["TrunkView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_UserView_: {
            items: components["schemas"]["UserView"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_VersionSummary_: {
            items: components["schemas"]["VersionSummary"][];
            /** @default null */
            next?: string | null;
        };
        PageOf_VipView_: {
            items: components["schemas"]["VipView"][];
            /** @default null */
            next?: string | null;
        };
        /** @description What one has. */
        PartOfShare: {
            /** @description of the leads that are dealt; null where the lead decides */
            percent: number | null;
            team: string | null;
            user_id: string | null;
        };
        /** @description A part of a file that arrived. */
        PartView: {
            bytes: number;
            part: number;
            /** @description of what arrived; told once */
            sha256: string | null;
        };
        /** @description A new password; every other session ends. */
        PasswordChange: {
            current_password: string;
            new_password: string;
        };
        /** @description Why agents pause, and after how long they are ready again by themselves; null: never. */
        PauseReasonShape: {
            /** @default null */
            limit_minutes?: number | null;
            /**
             * @description 2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example lunch
             */
            reason: string;
        };
        PickUp: {
            /** @description the station that is to ring instead */
            extension: string;
        };
        /** @description What the control plane sees of the platform. */
        PlatformStatus: {
            edges: components["schemas"]["EdgeView"][];
            nodes: components["schemas"]["NodeView"][];
            redis: boolean;
            snapshots: components["schemas"]["SnapshotView"][];
            store: boolean;
            trunks: components["schemas"]["TrunkHealth"][];
        };
        /** @description How an agent looks at a lead first. */
        PreviewShape: {
            /** @default false */
            dials_by_itself?: boolean;
            /** @default 60 */
            look_seconds?: number | null;
            skip_reasons?: string[];
        };
        /** @description The next lead to look at. */
        PreviewView: {
            /** @description the desk dials it then; else it goes to another agent */
            dials_by_itself: boolean;
            /** @description null: nobody is to be called now, or a word is owed first */
            lead: components["schemas"]["LeadView"] | null;
            owes: components["schemas"]["OwedView"] | null;
            script: string;
            /** @description why it may be passed over */
            skip_reasons: string[];
            /** @description how long the agent may look at it */
            until_ms: number | null;
        };
        /** @description RFC 9457. `error_id` is stable; texts are for people and may change. */
        Problem: {
            detail: string;
            error_id: string;
            errors?: {
                message: string;
                where: string;
            }[];
            request_id: string;
            status: number;
            title: string;
            type: string;
            used_by?: {
                id: string;
                kind: string;
                tenant_id?: string;
            }[];
        };
        /** @description How far an import is. */
        ProgressView: {
            accepted: number;
            /** @description of the file that are read */
            bytes: number;
            rows: number;
            /** @description of the file */
            size: number;
        };
        /** @description What is to change; what is absent or null stays. */
        PromptPatch: {
            /** @default null */
            name?: string | null;
        };
        /** @description A prompt. A call gets the audio of its language, else of the nearest, else `any`. */
        PromptView: {
            archived_ms: number | null;
            /** @description by language tag (BCP 47); `any` fits every call */
            audio: {
                [key: string]: components["schemas"]["AudioView"];
            };
            created_ms: number;
            name: string;
            prompt_id: string;
        };
        /** @description Whose brand it is, for the page where one signs in. */
        PublicBrand: {
            brand: components["schemas"]["BrandView"];
            name: string;
            tenant_id: string;
        };
        /** @description Which draft becomes a version. */
        Publication: {
            /** @description the `edit` of the draft that this is based on: if somebody has changed it since, you are told (`flow-changed`) */
            edit: number;
            /**
             * @description what is new, for the list
             * @default
             */
            note?: string;
        };
        /** @description What is to change; what is absent stays, null is no limit or never. Lists are replaced whole. */
        QueuePatch: {
            /** @description how much waiting a step of priority is worth */
            age_seconds_per_priority?: number;
            announce_every_seconds?: number | null;
            announces_place?: boolean;
            /** @description within how many a caller should be answered */
            answer_target_seconds?: number;
            /** @description told in turn while one waits */
            comfort?: string[];
            /** @description how long ago they may have spoken */
            last_agent_days?: number;
            /** @description how long a caller is kept for the last agent */
            last_agent_seconds?: number;
            longest_wait_seconds?: number | null;
            most_waiting?: number | null;
            /** @description what callers hear while they wait; null: the platform's */
            music?: string | null;
            name?: string | "";
            /** @description what every agent must be able to do */
            needs?: components["schemas"]["SkillNeedShape"][];
            /** @description how long an agent's phone rings */
            offer_seconds?: number;
            /** @description in order of time */
            relaxations?: components["schemas"]["RelaxationShape"][];
            /** @description free agents kept for callers of `reserved_priority` */
            reserved_agents?: number;
            reserved_priority?: number;
            /** @description how many of a hundred should be */
            service_level_percent?: number;
            /**
             * @description whom of several free agents a caller is offered to; `ring-all`: all at once, the first to answer has the call
             * @enum {string}
             */
            strategy?: "longest-idle" | "most-skilled" | "least-occupied" | "round-robin" | "ring-all";
            /** @description how long, after that, for the last agent's team */
            team_seconds?: number;
            /** @description the longest that an agent may write after a call */
            wrap_up_seconds?: number;
        };
        /** @description A queue now. */
        QueueStateView: {
            /** @description of them, who gave up or were lost */
            abandoned_today: number;
            /** @description of them, whom an agent took */
            answered_today: number;
            /** @description how long who comes next will wait; null: nothing to go by yet */
            estimate_seconds: number | null;
            /** @description of those who wait now */
            longest_wait_seconds: number;
            name: string;
            /** @description callers who came into the line on this day of the tenant's */
            offered_today: number;
            queue_id: string;
            /** @description agents who are free */
            ready: number;
            /** @description percent answered within the target, of those answered or abandoned; null: none yet */
            service_level_today: number | null;
            /** @description agents of the queue, whatever they do */
            signed_in: number;
            /** @description callers whom nobody is offered yet */
            waiting: number;
        };
        /** @description A queue as it is. */
        QueueView: {
            /**
             * @description how much waiting a step of priority is worth
             * @default 60
             */
            age_seconds_per_priority?: number;
            /** @default 30 */
            announce_every_seconds?: number | null;
            /** @default true */
            announces_place?: boolean;
            /**
             * @description within how many a caller should be answered
             * @default 20
             */
            answer_target_seconds?: number;
            archived_ms: number | null;
            /** @description told in turn while one waits */
            comfort?: string[];
            created_ms: number;
            /**
             * @description how long ago they may have spoken
             * @default 30
             */
            last_agent_days?: number;
            /**
             * @description how long a caller is kept for the last agent
             * @default 20
             */
            last_agent_seconds?: number;
            /** @default null */
            longest_wait_seconds?: number | null;
            /** @default null */
            most_waiting?: number | null;
            /**
             * @description what callers hear while they wait; null: the platform's
             * @default null
             */
            music?: string | null;
            /** @default  */
            name?: string | "";
            /** @description what every agent must be able to do */
            needs?: components["schemas"]["SkillNeedShape"][];
            /**
             * @description how long an agent's phone rings
             * @default 20
             */
            offer_seconds?: number;
            pool: string;
            queue_id: string;
            /** @description in order of time */
            relaxations?: components["schemas"]["RelaxationShape"][];
            /**
             * @description free agents kept for callers of `reserved_priority`
             * @default 0
             */
            reserved_agents?: number;
            /** @default 8 */
            reserved_priority?: number;
            /**
             * @description how many of a hundred should be
             * @default 80
             */
            service_level_percent?: number;
            /**
             * @description whom of several free agents a caller is offered to; `ring-all`: all at once, the first to answer has the call
             * @default longest-idle
             * @enum {string}
             */
            strategy?: "longest-idle" | "most-skilled" | "least-occupied" | "round-robin" | "ring-all";
            /**
             * @description how long, after that, for the last agent's team
             * @default 0
             */
            team_seconds?: number;
            tenant_id: string;
            /**
             * @description the longest that an agent may write after a call
             * @default 30
             */
            wrap_up_seconds?: number;
        };
        /** @description What calls to a prefix cost; the longest prefix counts. `+` alone is anywhere. */
        RateShape: {
            /**
             * @description 2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example hq
             */
            cost_class: string;
            cost_per_minute: number;
            /**
             * @description the beginning of a number with its plus sign; + alone is anywhere
             * @example +8621
             */
            prefix: string;
        };
        /** @description An entry of the ledger.  Times are milliseconds since 1970. */
        RecordingView: {
            /** @description how long the recording is */
            actual_seconds: number | null;
            /** @description the same of the second, in which all others are */
            agent_voice_seconds: number | null;
            archived_ms: number | null;
            call_ended_ms: number | null;
            call_id: string;
            /** @description how much of the first channel is no silence (over -50 dBov); between colleagues who called */
            customer_voice_seconds: number | null;
            /** @description `customer`, `agent`: channels without any voice though that party sent packets; a phone that was muted all the time looks the same */
            empty_channels: string[];
            /** @description how long the call talked */
            expected_seconds: number | null;
            expired_ms: number | null;
            format: string | null;
            /** @description since when it is under legal hold, null where it is not */
            held_ms: number | null;
            /** @description whether more of the call is missing than clocks explain */
            is_short: boolean;
            lost_ms: number | null;
            object_key: string | null;
            owed_ms: number | null;
            /** @description why it is lost or empty */
            reason: string | null;
            recording_id: string;
            sha256: string | null;
            size_bytes: number | null;
            spooled_ms: number | null;
            /** @description `expected`, `spooled`, `archived`, `lost`, `empty`: over too soon for any sound to be written, or `expired`: it was archived, and removed when the tenant's rule said so */
            state: string;
            tenant_id: string;
        };
        /** @description Codes for when the authenticator is lost, each good once. They are shown this once. */
        RecoveryCodes: {
            recovery_codes: string[];
        };
        /** @description A refresh token, good for one use. */
        RefreshToken: {
            refresh_token: string;
        };
        /** @description The newest first, and eight of each edge at most, of the last day. */
        RefusedMediaList: {
            items: components["schemas"]["RefusedMediaView"][];
        };
        /** @description An address that the carrier named for its media; calls with it were refused, the last at `at_ms`. */
        RefusedMediaView: {
            address: string;
            at_ms: number;
            /** @description the edges that saw it */
            edges: string[];
        };
        /** @description Other hours for numbers that begin so; the longest beginning counts. */
        RegionHoursShape: {
            hours: components["schemas"]["CallingHoursShape"];
            /**
             * @description the beginning of a number with its plus sign; + alone is anywhere
             * @example +8621
             */
            prefix: string;
            /**
             * @description of that region; null: the lead's own
             * @default null
             */
            time_zone?: string | null;
        };
        /**
         * @description A call to a document that nobody makes. `words`: what each answers who is waited for, in their order: keys, a
         *     word, `hang`, `-` for silence; `answered`, `waited`, `full`, `nobody` for a queue; `answered` or `no` for who is
         *     rung. Where they end, it stops and says whom it waits for.
         */
        Rehearsal: {
            /** @description what look-ups answer, by name of data; others fail */
            answers?: {
                [key: string]: string;
            };
            /**
             * @description when the call comes; null: now
             * @default null
             */
            at_ms?: number | null;
            /**
             * @description the number's own calendar
             * @default null
             */
            calendar_id?: string | null;
            /**
             * @description the caller's number; null: withheld
             * @default null
             */
            caller?: string | null;
            /** @description the flow: `start`, and `nodes` by name; whatever is in it is kept, and checked before it is published */
            document: {
                [key: string]: unknown;
            };
            /**
             * @description of the number that is called
             * @default null
             */
            language?: string | null;
            /**
             * @description no agent is signed in to any queue
             * @default false
             */
            nobody?: boolean;
            /**
             * @description of a caller who is a VIP; 0: of none
             * @default 0
             */
            vip_level?: number;
            words?: string[];
        };
        /** @description How a call went so far. */
        RehearsalView: {
            /** @description time, the node in brackets, and what happened */
            lines: string[];
            /** @description where the call is */
            node: string;
            /** @description what most would answer there */
            usual: string | null;
            /** @description whom it waits for: a kind of `words`; null: it is over, or has no end */
            wants: string | null;
        };
        Rejoin: {
            /** @description your station, which is in the call */
            extension: string;
        };
        /** @description What a caller who has waited `after_seconds` still asks for, in place of what was asked before. */
        RelaxationShape: {
            after_seconds: number;
            needs?: components["schemas"]["SkillNeedShape"][];
        };
        /** @description One subject in one interval. */
        ReportRow: {
            /** @description when the interval begins */
            at_ms: number;
            subject: string;
            /** @description by figure; null: nothing to work it out of */
            values: {
                [key: string]: number | null;
            };
        };
        /** @description One subject over the whole time. */
        ReportTotal: {
            /** @description of the tenant's report: how many calls ended how */
            endings: {
                [key: string]: number;
            };
            name: string;
            subject: string;
            values: {
                [key: string]: number | null;
            };
        };
        /**
         * @description Figures by interval and subject; an interval without calls has no row.
         *
         *     Times are those of whole intervals in the tenant's time zone.  pending: half hours that are still to be summed up:
         *     while there are any, the figures are of the others; ask again.
         */
        ReportView: {
            /** @description of money, ISO 4217; null for who may not see costs */
            currency: string | null;
            figures: components["schemas"]["FigureView"][];
            interval: string;
            kind: string;
            pending: number;
            rows: components["schemas"]["ReportRow"][];
            since_ms: number;
            time_zone: string;
            totals: components["schemas"]["ReportTotal"][];
            until_ms: number;
        };
        /** @description How often a lead is called again after these results, and after how many seconds. */
        RetryRuleShape: {
            after: ("connected" | "abandoned" | "hung-up" | "machine" | "busy" | "no-answer" | "rejected" | "dead" | "failed" | "cancelled")[];
            /**
             * @description rather in the hour of day at which people answer best
             * @default false
             */
            best_hour?: boolean;
            /** @description after the first, the second ...; the last one holds on */
            gap_seconds: number[];
            times: number;
        };
        /** @description The version that calls run from now on; the draft stays as it is. */
        RollBack: {
            version: number;
        };
        /** @description Who is seated at a station: a user with a role in the tenant, or null for nobody. */
        Seating: {
            user_id: string | null;
        };
        /** @description How a list's leads are shared out. */
        ShareOrder: {
            /**
             * @default equal
             * @enum {string}
             */
            kind?: "equal" | "weight" | "region" | "owner";
            takers: components["schemas"]["TakerShape"][];
        };
        /** @description How a list's leads are shared out. */
        ShareView: {
            /** @description null: anybody's */
            kind: string | null;
            list_id: string;
            takers: components["schemas"]["PartOfShare"][];
        };
        /** @description Where an agent signs in: a station of the tenant that they are seated at. */
        SignIn: {
            /**
             * @description may be left out where they are seated at one only
             * @default null
             */
            extension?: string | null;
            /**
             * @description take calls at once; else paused, with the reason `signed-in`
             * @default false
             */
            ready?: boolean;
        };
        /**
         * @description What is to change; what is absent or null stays, but null takes a time zone, dialling, emergency caller or
         *     location away. A disabled branch can not connect.
         */
        SitePatch: {
            /** @default null */
            dialling?: components["schemas"]["Dialling"] | null;
            /** @default null */
            emergency_caller?: string | null;
            /** @default null */
            enabled?: boolean | null;
            /** @default null */
            location?: components["schemas"]["LocationShape"] | null;
            /** @default null */
            name?: string | null;
            /** @default null */
            time_zone?: string | null;
        };
        /** @description A site as it is. */
        SiteView: {
            archived_ms: number | null;
            created_ms: number;
            dialling: components["schemas"]["Dialling"] | null;
            emergency_caller: string | null;
            enabled: boolean;
            /** @enum {string} */
            kind: "hq" | "branch";
            location: components["schemas"]["LocationShape"] | null;
            name: string;
            site_id: string;
            /** @description null: that of each tenant who has stations there */
            time_zone: string | null;
        };
        /** @description A skill that an agent must have, with a proficiency of at least `level`. */
        SkillNeedShape: {
            /** @default 1 */
            level?: number;
            /**
             * @description 2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example english
             */
            skill: string;
        };
        /** @description Why a lead is passed over. */
        SkipOrder: {
            /** @default 3600 */
            again_seconds?: number;
            /**
             * @description 2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example lunch
             */
            reason: string;
        };
        /** @description How a number was answered in four hours. */
        SlotView: {
            answered: number;
            /** @description when they began */
            at_ms: number;
            attempts: number;
            /** @description of the answered, over within seconds */
            short: number;
        };
        /** @description A snapshot that edges and media nodes run on. */
        SnapshotView: {
            name: string;
            version: number | null;
        };
        /**
         * @description What the tenant's calls of today have cost, by the trunks' rates; null is no limit.
         *
         *     A call counts from its answer on, by the second, for the UTC day on which it began; one in progress with at least
         *     its first minute. Running calls are brought up to date every 20 s.
         */
        SpendView: {
            day: string;
            /** @description where running calls are ended */
            hard_stop: number | null;
            /**
             * @description near is from 80 % of the limit on
             * @enum {string}
             */
            level: "free" | "near" | "reached" | "stopped";
            limit: number | null;
            spent: number;
        };
        /** @description What is to be said. */
        SpokenText: {
            /**
             * @description where the audio is kept as `any`: its language (BCP 47)
             * @default en
             * @example zh-CN
             */
            spoken_in?: string;
            /** @description such as: Welcome to Acme. */
            text: string;
        };
        /** @description How it begins. */
        StartOrder: {
            /**
             * @description call all leads again, as if nobody had been called
             * @default false
             */
            anew?: boolean;
        };
        /** @description All of a day's recordings in one state. */
        StateSums: {
            /** @description how many of them are under legal hold */
            held: number;
            recordings: number;
            /** @description of sound, or of talk where no sound came */
            seconds: number;
            /** @description in the archive; of `expired` ones what they took there */
            size_bytes: number;
            state: string;
        };
        /** @description A new station with the password of its phone, shown this once. */
        StationCreated: {
            archived_ms: number | null;
            created_ms: number;
            display_name: string;
            domain: string;
            extension: string;
            /** @enum {string} */
            media: "optional" | "rtp" | "srtp" | "webrtc";
            password: string;
            site_id: string;
            tenant_id: string;
            user_id: string | null;
        };
        /** @description What is to change; what is absent or null stays. */
        StationPatch: {
            /** @default null */
            display_name?: string | null;
            /** @default null */
            media?: ("optional" | "rtp" | "srtp" | "webrtc") | null;
            /** @default null */
            site_id?: string | null;
        };
        /** @description What a browser registers with at one's own station: the hash that its password would give (RFC 7616, HA1). */
        StationPhone: {
            display_name: string;
            /** @description also the realm of the hash */
            domain: string;
            extension: string;
            ha1: string;
            site_id: string;
        };
        /** @description What a phone is set up with. The password is shown this once: only its hash is kept. */
        StationSecret: {
            domain: string;
            password: string;
            username: string;
        };
        /** @description A station as it is. */
        StationView: {
            archived_ms: number | null;
            created_ms: number;
            display_name: string;
            domain: string;
            extension: string;
            /** @enum {string} */
            media: "optional" | "rtp" | "srtp" | "webrtc";
            site_id: string;
            tenant_id: string;
            user_id: string | null;
        };
        /** @description One direction of a leg's voice. */
        StreamView: {
            /** @description for how long nothing came though it should have */
            dead_seconds: number;
            /** @description how unevenly they came (RFC 3550), as last told */
            jitter_ms: number;
            /** @description how many more were missing at the other end */
            lost: number;
            /** @description how well it was heard, 1 to 4.5: the E-model's estimate (ITU-T G.107); null where less than a second of voice came */
            mos: number | null;
            /** @description how many came from the party, or were sent to it */
            packets: number;
        };
        /** @description What became of the rows. Regions, lines, areas and carriers are those of accepted ones, the most first. */
        Summary: {
            accepted: number;
            areas: {
                [key: string]: number;
            };
            carriers: {
                [key: string]: number;
            };
            line_types: {
                [key: string]: number;
            };
            refused: {
                [key: string]: number;
            };
            regions: {
                [key: string]: number;
            };
            rows: number;
        };
        Supervision: {
            /** @description your station: it is rung, unless it is in the call already */
            extension: string;
            /**
             * @description `listening`: nobody hears you.  `whispering`: only the agent does.  `talking`: everybody does.
             * @enum {string}
             */
            mode: "listening" | "whispering" | "talking";
            /**
             * @description the agent's station; null where only one is in it
             * @default null
             */
            of?: string | null;
        };
        TakeOver: {
            /** @description your station, which supervises the call */
            extension: string;
        };
        /** @description Who has leads: an agent or a team. */
        TakerShape: {
            /** @description names that files have for them, in the field `owner` */
            owners?: string[];
            /** @description of a share by region */
            prefixes?: string[];
            /** @default null */
            team?: string | null;
            /** @default null */
            user_id?: string | null;
            /**
             * @description of a share by weight
             * @default 1
             */
            weight?: number;
        };
        /** @description How a number was answered. */
        TallyView: {
            answered: number;
            attempts: number;
            /** @description of the answered, over within seconds */
            short: number;
        };
        /** @description Whom to bring to the call. */
        Target: {
            /**
             * @description the station of the party that asks; null is your own, or the agent's where you have none
             * @default null
             */
            by?: string | null;
            /** @description an extension of the tenant, or a number as people write it: it is called by a trunk, within the tenant's limits, like any call; a transfer may also go to a queue of the tenant: `queue:<queue id>` */
            to: string;
        };
        /** @description What a team would come to. */
        TeamView: {
            /** @description of the calls that people answered */
            abandonment: number;
            agents: number;
            calls: number;
            half_hours: components["schemas"]["HalfHourView"][];
            /** @description the list's end is after what was simulated, and reckoned from it */
            is_estimate: boolean;
            /** @description who are not called again */
            leads_done: number;
            list_ends_after_seconds: number | null;
            /** @description talk and wrap-up over the agents' time, until the list ends */
            productive: number;
            results: {
                [key: string]: number;
            };
            simulated_seconds: number;
            talks: number;
            worst_half_hour: number;
        };
        /** @description A saved mapping. */
        TemplateView: {
            changed_ms: number;
            /** @description cells that a lead keeps */
            fields?: {
                [key: string]: string | number;
            };
            /**
             * @description whether the first row has names; null to find out
             * @default null
             */
            header?: boolean | null;
            /**
             * @description the numbers' column; null to find it
             * @default null
             */
            number?: (string | number) | null;
            template_id: string;
        };
        /** @description What an agent may say came of a call: the word that is kept, and the one that people read. */
        TenantDispositionShape: {
            /**
             * @description 2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example sold
             */
            disposition: string;
            /**
             * @description up to 80 characters, without control characters, quotes, \, < and >
             * @example Front desk
             */
            label: string;
        };
        /** @description A number of the tenant's lists. */
        TenantNumberOrder: {
            /**
             * @description the list of one campaign; null: of the whole tenant
             * @default null
             */
            campaign_id?: string | null;
            /**
             * @description write the number with its plus sign and country code, such as +862155550100
             * @example +862155550100
             */
            number: string;
        };
        /**
         * @description What is to change; what is absent or null stays, in nested settings too. `domain`,
         *     `provider`, `max_channels`, `limits`, `dialling.emergency_numbers` and how long records are kept:
         *     HQ administrators.
         */
        TenantPatch: {
            /** @default null */
            caller_rule?: components["schemas"]["CallerRulePatch"] | null;
            /** @default null */
            dialling?: components["schemas"]["DiallingPatch"] | null;
            /**
             * @description replaced whole; empty: the usual ones, and any word is taken
             * @default null
             */
            dispositions?: components["schemas"]["TenantDispositionShape"][] | null;
            /** @default null */
            domain?: string | null;
            /** @default null */
            hand_dialling?: components["schemas"]["HandDiallingPatch"] | null;
            /**
             * @description 0: for ever, whatever the platform's rule
             * @default null
             */
            keep_audit_days?: number | null;
            /**
             * @description 0: for ever, whatever the platform's rule
             * @default null
             */
            keep_calls_days?: number | null;
            /**
             * @description 0: for ever, whatever the platform's rule
             * @default null
             */
            keep_recordings_days?: number | null;
            /** @default null */
            limits?: components["schemas"]["LimitsPatch"] | null;
            /** @default null */
            max_channels?: number | null;
            /** @default null */
            name?: string | null;
            /**
             * @description replaced whole
             * @default null
             */
            pause_reasons?: components["schemas"]["PauseReasonShape"][] | null;
            /** @default null */
            provider?: string | null;
            /** @default null */
            records_calls?: boolean | null;
            /** @default null */
            records_internal_calls?: boolean | null;
            /**
             * @description whether its people sign in with a second factor
             * @default null
             */
            requires_totp?: boolean | null;
            /** @default null */
            ring_timeout_seconds?: number | null;
            /** @default null */
            time_zone?: string | null;
            /** @default null */
            vip_rules?: components["schemas"]["VipRulesPatch"] | null;
        };
        /**
         * @description What is to change; what is absent or null stays. Of a user who is not the tenant's own, such as an outsourcing
         *     firm's, only `teams`. A new password and `enabled: false` end all sessions.
         */
        TenantUserPatch: {
            /** @default null */
            display_name?: string | null;
            /** @default null */
            enabled?: boolean | null;
            /** @default null */
            password?: string | null;
            /** @default null */
            roles?: ("agent" | "supervisor" | "manager" | "client")[] | null;
            /** @default null */
            teams?: string[] | null;
        };
        /** @description A user as the managers of one tenant see them: no word of other tenants. */
        TenantUserView: {
            archived_ms: number | null;
            /** @description whether they are the tenant's own, and its managers may change all of them */
            belongs_here: boolean;
            display_name: string;
            enabled: boolean;
            roles: string[];
            /** @description whether they sign in with a code too */
            second_factor: boolean;
            teams: string[];
            user_id: string;
            username: string;
        };
        /** @description A tenant as it is. */
        TenantView: {
            archived_ms: number | null;
            /** @description how it looks; null: as the platform does */
            brand: components["schemas"]["BrandView"] | null;
            caller_rule: components["schemas"]["CallerRuleShape"];
            created_ms: number;
            dialling: components["schemas"]["Dialling"];
            /** @description empty: the usual ones, and any word is taken */
            dispositions: components["schemas"]["TenantDispositionShape"][];
            domain: string;
            hand_dialling: components["schemas"]["HandDiallingShape"];
            /** @description how long the audit trail is kept; null: the platform's rule */
            keep_audit_days: number | null;
            /** @description how long call records are kept; null: the platform's rule */
            keep_calls_days: number | null;
            /** @description how long recordings are kept; null: the platform's rule */
            keep_recordings_days: number | null;
            limits: components["schemas"]["LimitsShape"];
            max_channels: number;
            name: string;
            pause_reasons: components["schemas"]["PauseReasonShape"][];
            provider: string;
            records_calls: boolean;
            records_internal_calls: boolean;
            /** @description whether its people sign in with a second factor */
            requires_totp: boolean;
            ring_timeout_seconds: number;
            tenant_id: string;
            /** @description of its people, where their site has none of its own */
            time_zone: string;
            vip_rules: components["schemas"]["VipRulesShape"];
        };
        /** @description What a session goes on with.  `expires_in`: seconds that the access token lives. */
        Tokens: {
            access_token: string;
            expires_in: number;
            refresh_token: string;
            /**
             * @default Bearer
             * @constant
             */
            token_type?: "Bearer";
        };
        /** @description One's own password, without which nobody puts a second factor on the account. */
        TotpBeginning: {
            password: string;
        };
        /** @description A code of the authenticator. */
        TotpCode: {
            code: string;
        };
        /** @description Password and a code, or a recovery code. */
        TotpRemoval: {
            code: string;
            password: string;
        };
        /** @description What an authenticator is set up with. It is shown this once; nothing changes before a code of it is given. */
        TotpSecret: {
            /** @description base32, to be typed in */
            secret: string;
            /** @description otpauth://..., to be shown as a QR code */
            uri: string;
        };
        /** @description A call that the carrier failed: its final SIP response, 5xx or one that asks for credentials or money. */
        TrunkFailure: {
            at_ms: number;
            sip_code: number;
        };
        /** @description How a trunk does. Counts are of the last hour, and of 500 calls at most; others of the last day. */
        TrunkHealth: {
            /** @description answered by attempts; null without attempts */
            answer_rate: number | null;
            answered: number;
            attempts: number;
            /** @description calls over it now */
            channels: number;
            /** @description the edge that is registered, or tries to be */
            edge_id: string | null;
            enabled: boolean;
            last_answer_ms: number | null;
            /** @description the newest first */
            last_failures: components["schemas"]["TrunkFailure"][];
            max_channels: number;
            /** @description addresses that the carrier named for its media, and that the trunk does not allow */
            media_refused: string[];
            /** @description gateways' names that lead nowhere, or to where no carrier may be; calls go where they led before */
            name_troubles: string[];
            /** @description whether an edge is registered there; null where none is to be */
            registered: boolean | null;
            trunk_id: string;
        };
        /** @description What is to change; what is absent or null stays, but null takes a country away. */
        TrunkPatch: {
            /** @default null */
            country_code?: string | null;
            /** @default null */
            credentials?: components["schemas"]["NewCredentials"] | null;
            /** @default null */
            domain?: string | null;
            /** @default null */
            dtmf?: ("auto" | "rfc4733" | "inband" | "info") | null;
            /** @default null */
            enabled?: boolean | null;
            /** @default null */
            gateways?: components["schemas"]["GatewayShape"][] | null;
            /** @default null */
            max_channels?: number | null;
            /** @default null */
            media?: ("optional" | "rtp" | "srtp") | null;
            /** @default null */
            media_learnt?: string[] | null;
            /** @default null */
            media_networks?: string[] | null;
            /** @default null */
            name?: string | null;
            /** @default null */
            no_reply_ms?: number | null;
            /** @default null */
            no_ring_ms?: number | null;
            /** @default null */
            priority?: number | null;
            /** @default null */
            rates?: components["schemas"]["RateShape"][] | null;
            /** @default null */
            registers?: boolean | null;
            /** @default null */
            sources?: string[] | null;
            /** @default null */
            tenant_ids?: string[] | null;
            /** @default null */
            trusts_identity?: boolean | null;
        };
        /** @description A trunk as it is. */
        TrunkView: {
            archived_ms: number | null;
            country_code: string | null;
            created_ms: number;
            credentials: components["schemas"]["CredentialsView"] | null;
            domain: string;
            dtmf: string;
            enabled: boolean;
            gateways: components["schemas"]["GatewayShape"][];
            max_channels: number;
            media: string;
            /** @description addresses of its media that were seen and then allowed */
            media_learnt: string[];
            media_networks: string[];
            name: string;
            no_reply_ms: number;
            no_ring_ms: number;
            priority: number;
            rates: components["schemas"]["RateShape"][];
            registers: boolean;
            sources: string[];
            tenant_ids: string[];
            trunk_id: string;
            trusts_identity: boolean;
        };
        /** @description What is to change; what is absent or null stays. A new password and `enabled: false` end all sessions. */
        UserPatch: {
            /** @default null */
            display_name?: string | null;
            /** @default null */
            enabled?: boolean | null;
            /** @default null */
            is_hq_admin?: boolean | null;
            /** @default null */
            password?: string | null;
            /** @default null */
            roles?: {
                [key: string]: ("agent" | "supervisor" | "manager" | "client")[];
            } | null;
            /** @default null */
            teams?: {
                [key: string]: string[];
            } | null;
        };
        /** @description A user as they are. */
        UserView: {
            archived_ms: number | null;
            belongs_to: string;
            created_ms: number;
            display_name: string;
            enabled: boolean;
            is_hq_admin: boolean;
            roles: {
                [key: string]: string[];
            };
            /** @description whether they sign in with a code too */
            second_factor: boolean;
            teams: {
                [key: string]: string[];
            };
            user_id: string;
            username: string;
        };
        /** @description A version of a flow, without its document. */
        VersionSummary: {
            note: string;
            published_by: string;
            published_ms: number;
            version: number;
        };
        /** @description A version of a flow. */
        VersionView: {
            document: {
                [key: string]: unknown;
            };
            note: string;
            published_by: string;
            published_ms: number;
            version: number;
        };
        /** @description What is to change; what is absent stays. The number stays: another one is another VIP. */
        VipPatch: {
            /** @description for the tenant's flows to tell them apart */
            level?: number;
            /** @description rung where a flow says so, as when every agent talks */
            mobile?: string | null;
            name?: string | "";
            /** @description the agent whom a call is offered to first */
            own_agent?: string | null;
            /** @description at least, in any queue */
            priority?: number;
            /** @description waited in, in place of whatever queue a flow names */
            queue_id?: string | null;
        };
        /** @description Whoever calls from a number with this prefix is such a VIP. */
        VipPatternShape: {
            /** @default 1 */
            level?: number;
            /**
             * @description the beginning of a number with its plus sign; + alone is anywhere
             * @example +8621
             */
            prefix: string;
            /** @default 9 */
            priority?: number;
            /** @default null */
            queue_id?: string | null;
        };
        /** @description What is to change; what is absent stays. `patterns` are replaced whole. */
        VipRulesPatch: {
            /** @description where callers go for whom no other channel is left; null: they hear that we are busy */
            full_flow?: string | null;
            /** @description how long it has to answer; the caller waits meanwhile */
            look_up_ms?: number;
            look_up_url?: string | null;
            /** @description the longest decides */
            patterns?: components["schemas"]["VipPatternShape"][];
            /** @description of max_channels, so many stay free for VIPs */
            reserved_channels?: number;
        };
        /**
         * @description How VIPs are known who are on no list, and what stays free for VIPs.
         *
         *     `look_up_url` is asked by POST of each caller with a number, with `caller`, `dialled` and `call_id`; it answers
         *     `{"vip": true}` and any of `level`, `priority`, `own_agent`, `queue_id`, `mobile`. While it does not answer in
         *     time, what it answered last counts.
         */
        VipRulesShape: {
            /**
             * @description where callers go for whom no other channel is left; null: they hear that we are busy
             * @default null
             */
            full_flow?: string | null;
            /**
             * @description how long it has to answer; the caller waits meanwhile
             * @default 300
             */
            look_up_ms?: number;
            /** @default null */
            look_up_url?: string | null;
            /** @description the longest decides */
            patterns?: components["schemas"]["VipPatternShape"][];
            /**
             * @description of max_channels, so many stay free for VIPs
             * @default 0
             */
            reserved_channels?: number;
        };
        /** @description A VIP. `number` and `mobile` are masked, unless they were asked for by whoever may see them. */
        VipView: {
            created_ms: number;
            /**
             * @description for the tenant's flows to tell them apart
             * @default 1
             */
            level?: number;
            mobile: string | null;
            /** @default  */
            name?: string | "";
            number: string;
            /**
             * @description the agent whom a call is offered to first
             * @default null
             */
            own_agent?: string | null;
            /**
             * @description at least, in any queue
             * @default 9
             */
            priority?: number;
            /**
             * @description waited in, in place of whatever queue a flow names
             * @default null
             */
            queue_id?: string | null;
            vip_id: string;
        };
        /** @description What a party sent and was sent, as the media node saw it; complete once the leg has ended. */
        VoiceView: {
            /** @description since when nothing comes from it though it should */
            dead_since_ms: number | null;
            /** @description since when it is sent nothing though somebody speaks */
            deaf_since_ms: number | null;
            /** @description from us to the party; loss and jitter as its phone reports them, else 0 */
            heard: components["schemas"]["StreamView"];
            /** @description it sends nothing while it is silent, so that gaps mean nothing */
            pauses: boolean;
            /** @description to the party and back; null where its phone sends no reports */
            round_trip_ms: number | null;
            /** @description from the party to us */
            sent: components["schemas"]["StreamView"];
        };
        /** @description A webhook with the secret that signs what is told, shown this once. */
        WebhookCreated: {
            changed_ms: number;
            secret: string;
            url: string;
        };
        /** @description Where the tenant is told. */
        WebhookView: {
            changed_ms: number;
            url: string;
        };
        /** @description What to assume. What is null is learnt: from the campaign's history, what is live now, or its settings. */
        WhatIfOrder: {
            /**
             * @description null: who is signed in for it now
             * @default null
             */
            agents?: number | null;
            /**
             * @description share of calls that people or machines answer
             * @default null
             */
            answer_rate?: number | null;
            /**
             * @description after which people answer
             * @default null
             */
            answer_seconds?: number | null;
            /**
             * @description how far to look
             * @default 1
             */
            days?: number;
            /**
             * @description null: those who are left
             * @default null
             */
            leads?: number | null;
            /**
             * @description trunk channels for the campaign
             * @default null
             */
            lines?: number | null;
            /**
             * @description share of answers that are machines
             * @default null
             */
            machines?: number | null;
            /**
             * @description the second team has so many more
             * @default 2
             */
            more_agents?: number;
            /**
             * @description another brings other chance
             * @default 1
             */
            seed?: number;
            /**
             * @description from when on; null: now
             * @default null
             */
            start_ms?: number | null;
            /** @default null */
            talk_seconds?: number | null;
            /** @default null */
            wrap_up_seconds?: number | null;
        };
        /** @description What a campaign would come to, with its team and a larger one. */
        WhatIfView: {
            assumed: components["schemas"]["AssumedView"];
            /** @description time was over before all days were simulated */
            cut_short: boolean;
            teams: components["schemas"]["TeamView"][];
        };
        /** @description Abandonment over the last hours; the cap is kept over each window. */
        WindowView: {
            abandoned: number;
            /** @description share of the answered; null before any */
            abandonment: number | null;
            /** @description by people, with an agent or without */
            answered: number;
            hours: number;
        };
        /** @description Why an agent pauses: one of the tenant's `pause_reasons`. */
        control_plane__features__agents__state_schemas__Pause: {
            /**
             * @description 2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last
             * @example lunch
             */
            reason: string;
        };
        /**
         * @description A day, or the days up to and with `until`, unlike others of their weekday: closed, unless `closed` says when.
         *
         *     What is `open` counts more than what is closed, by whichever special day.
         */
        control_plane__features__calendars__schemas__SpecialDayShape: {
            closed?: string[];
            /**
             * @description a day such as 2026-12-25, or 12-25 for each year
             * @example 12-25
             */
            date: string;
            /** @default  */
            name?: string | "";
            open?: string[];
            /** @default null */
            until?: string | null;
        };
        control_plane__features__calls__handover_schemas__Pause: {
            /** @description true: silence is recorded, of the same length; false: voices again */
            paused: boolean;
        };
        /** @description A day, or days up to and with `until`, with other hours: none, unless `closed` and `open` say more. */
        control_plane__features__campaigns__schemas__SpecialDayShape: {
            closed?: string[];
            /**
             * @description a day such as 2026-12-25, or 12-25 for each year
             * @example 12-25
             */
            date: string;
            /** @default  */
            name?: string | "";
            open?: string[];
            /** @default null */
            until?: string | null;
        };
        /** @description What is known of a number. No answer holds it whole. */
        control_plane__features__dnc__schemas__NumberView: {
            at_ms: number | null;
            by: string | null;
            forbidden: boolean;
            /** @description masked */
            number: string;
            /** @description of the first list that has it: system, national, tenant, campaign */
            scope: string | null;
            /** @description how it came there by itself; null where a file has it, or none */
            source: string | null;
            /** @description by which the trail names it */
            token: string;
        };
        /** @description A number as it is. */
        control_plane__features__numbers__schemas__NumberView: {
            archived_ms: number | null;
            calendar_id: string | null;
            created_ms: number;
            flow_id: string | null;
            language: string | null;
            notice: string | null;
            number: string;
            route_to: string | null;
            tenant_id: string | null;
            trunk_ids: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "auth.me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who am I */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    "auth.change_password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshToken"];
            };
        };
        responses: {
            /** @description Refresh the tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
        };
    };
    "auth.sign_out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshToken"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.sign_out_everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnName"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.sign_in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Sign in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
        };
    };
    "auth.begin_totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpBeginning"];
            };
        };
        responses: {
            /** @description Begin with a second factor */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpSecret"];
                };
            };
        };
    };
    "auth.confirm_totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpCode"];
            };
        };
        responses: {
            /** @description Confirm the second factor */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
        };
    };
    "auth.remove_totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpRemoval"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "tenants.public": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                brand_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A brand */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicBrand"];
                };
            };
        };
    };
    "tenants.logo": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                brand_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A brand's logo */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogoView"];
                };
            };
        };
    };
    "do-not-call.platform_files": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scope: "system" | "national";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List the platform's files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilesView"];
                };
            };
        };
    };
    "do-not-call.send_platform_file": {
        parameters: {
            query?: {
                /** @description of numbers without a country code */
                region?: string;
            };
            header?: never;
            path: {
                scope: "system" | "national";
                file_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Send a file for all */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileView"];
                };
            };
        };
    };
    "do-not-call.drop_platform_file": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scope: "system" | "national";
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "do-not-call.forbid_everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scope: "system" | "national";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForbidEverywhere"];
            };
        };
        responses: {
            /** @description Have nobody call a number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__dnc__schemas__NumberView"];
                };
            };
        };
    };
    "do-not-call.allow_everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scope: "system" | "national";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NumberOrder"];
            };
        };
        responses: {
            /** @description Take a number off for all */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__dnc__schemas__NumberView"];
                };
            };
        };
    };
    "numbers.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List numbers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_NumberView_"];
                };
            };
        };
    };
    "numbers.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewNumber"];
            };
        };
        responses: {
            /** @description Enter a number */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__numbers__schemas__NumberView"];
                };
            };
        };
    };
    "numbers.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__numbers__schemas__NumberView"];
                };
            };
        };
    };
    "numbers.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "numbers.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NumberPatch"];
            };
        };
        responses: {
            /** @description Change a number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__numbers__schemas__NumberView"];
                };
            };
        };
    };
    "numbers.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__numbers__schemas__NumberView"];
                };
            };
        };
    };
    "numbers.lend": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Lending"];
            };
        };
        responses: {
            /** @description Lend a number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__numbers__schemas__NumberView"];
                };
            };
        };
    };
    "numbers.take_back": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "platform.audit": {
        parameters: {
            query: {
                /** @description UTC day, `YYYY-MM-DD` */
                day: string;
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Audit trail of the platform */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_AuditEntry_"];
                };
            };
        };
    };
    "bans.listing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List bans */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BanList"];
                };
            };
        };
    };
    "bans.lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Lift"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "platform.messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessagesQuestion"];
            };
        };
        responses: {
            /** @description Ask for SIP messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ladder"];
                };
            };
        };
    };
    "platform.status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description State of the platform */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformStatus"];
                };
            };
        };
    };
    "sites.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List sites */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_SiteView_"];
                };
            };
        };
    };
    "sites.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSite"];
            };
        };
        responses: {
            /** @description Create a site */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteView"];
                };
            };
        };
    };
    "sites.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a site */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteView"];
                };
            };
        };
    };
    "sites.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sites.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SitePatch"];
            };
        };
        responses: {
            /** @description Change a site */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteView"];
                };
            };
        };
    };
    "enrolment.list_certificates": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a site's certificates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificatePage"];
                };
            };
        };
    };
    "enrolment.revoke_certificate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "enrolment.issue_token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Make an enrolment token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedToken"];
                };
            };
        };
    };
    "enrolment.show_link": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Show a site's line quality */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
        };
    };
    "sites.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a site */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteView"];
                };
            };
        };
    };
    "tenants.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List tenants */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_TenantView_"];
                };
            };
        };
    };
    "tenants.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTenant"];
            };
        };
        responses: {
            /** @description Create a tenant */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
        };
    };
    "tenants.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
        };
    };
    "tenants.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "tenants.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantPatch"];
            };
        };
        responses: {
            /** @description Change a tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
        };
    };
    "agents.live": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description See agents live */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_AgentStateView_"];
                };
            };
        };
    };
    "agents.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List agents */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_AgentView_"];
                };
            };
        };
    };
    "agents.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get an agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentView"];
                };
            };
        };
    };
    "agents.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentPatch"];
            };
        };
        responses: {
            /** @description Change what an agent can and serves */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentView"];
                };
            };
        };
    };
    "agents.pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["control_plane__features__agents__state_schemas__Pause"];
            };
        };
        responses: {
            /** @description Pause */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStateView"];
                };
            };
        };
    };
    "agents.ready": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Be ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStateView"];
                };
            };
        };
    };
    "agents.sign_in": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Sign in as an agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStateView"];
                };
            };
        };
    };
    "agents.sign_out": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign out as an agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStateView"];
                };
            };
        };
    };
    "agents.state": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description See what an agent does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStateView"];
                };
            };
        };
    };
    "platform.tenant_audit": {
        parameters: {
            query: {
                /** @description UTC day, `YYYY-MM-DD` */
                day: string;
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Audit trail of a tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_AuditEntry_"];
                };
            };
        };
    };
    "tenants.brand": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get the brand */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrandView"];
                };
            };
        };
    };
    "tenants.set_brand": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BrandSettings"];
            };
        };
        responses: {
            /** @description Set the brand */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrandView"];
                };
            };
        };
    };
    "tenants.remove_brand": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "tenants.set_logo": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Send the logo */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrandView"];
                };
            };
        };
    };
    "calendars.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List calendars */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_CalendarView_"];
                };
            };
        };
    };
    "calendars.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCalendar"];
            };
        };
        responses: {
            /** @description Create a calendar */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarView"];
                };
            };
        };
    };
    "calendars.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                calendar_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a calendar */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarView"];
                };
            };
        };
    };
    "calendars.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                calendar_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "calendars.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                calendar_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CalendarPatch"];
            };
        };
        responses: {
            /** @description Change a calendar */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarView"];
                };
            };
        };
    };
    "calendars.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                calendar_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a calendar */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarView"];
                };
            };
        };
    };
    "calendars.state": {
        parameters: {
            query?: {
                /** @description milliseconds since 1970; by default now */
                at_ms?: number;
            };
            header?: never;
            path: {
                tenant_id: string;
                calendar_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description See whether a calendar is open */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarStateView"];
                };
            };
        };
    };
    "calls.find": {
        parameters: {
            query?: {
                /** @description show full numbers; each look is audited */
                reveal?: "numbers";
                /** @description `live` for calls in progress; then leave times out */
                state?: "live";
                /** @description UTC day in which the calls began, `YYYY-MM-DD`; a short way to say both times */
                day?: string;
                /** @description when the calls began at the earliest, milliseconds since 1970; left out, a day before `until_ms`, or with `extension` or `customer` a year */
                since_ms?: number;
                /** @description before when they began; left out, the end of this UTC day */
                until_ms?: number;
                /** @description a station that was in the call */
                extension?: string;
                /** @description a customer's calls: the `customer` of one of them */
                customer?: string;
                /** @description the user who placed it by click */
                asked_by?: string;
                /** @description a site that was in the call */
                site_id?: string;
                /** @description a trunk that carried it */
                trunk_id?: string;
                /** @description HQ's number that was shown or dialled, `%2B86...` */
                caller_number?: string;
                /** @description the user who took the call from a queue */
                agent_id?: string;
                /** @description the queue that the caller was last in line of */
                queue_id?: string;
                /** @description whether there is, or was, a recording */
                recorded?: boolean;
                direction?: "outbound" | "inbound" | "internal";
                /** @description how it ended; not for calls in progress */
                ending?: "completed" | "abandoned" | "media-timeout" | "media-unusable" | "too-long" | "self-served" | "voicemail" | "call-back" | "flow-failed" | "busy" | "no-answer" | "rejected" | "number-invalid" | "number-undiallable" | "extension-unknown" | "station-unreachable" | "caller-number-unknown" | "caller-number-foreign" | "tenant-channels-exhausted" | "trunk-channels-exhausted" | "no-trunk" | "destination-blocked" | "spend-limit-reached" | "call-rate-exceeded" | "not-to-be-dialled" | "upstream-failed" | "draining" | "order-expired" | "claim-lapsed" | "no-agent" | "node-lost" | "internal-error";
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_CallView_"];
                };
            };
        };
    };
    "calls.place": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCall"];
            };
        };
        responses: {
            /** @description Place a call */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.one": {
        parameters: {
            query?: {
                /** @description show full numbers; each look is audited */
                reveal?: "numbers";
            };
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallView"];
                };
            };
        };
    };
    "calls.hang_up": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "calls.approve": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Approval"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "calls.call_customer": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallBack"];
            };
        };
        responses: {
            /** @description Call a call's customer */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.consult": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Target"];
            };
        };
        responses: {
            /** @description Consult somebody */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.consult_step": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NextStep"];
            };
        };
        responses: {
            /** @description Next step of a consult */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.dispose": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Disposition"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "calls.hold": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Hold"];
            };
        };
        responses: {
            /** @description Hold, or take back */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.join": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Target"];
            };
        };
        responses: {
            /** @description Bring one more party in */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.release": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
                leg_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Let a party go */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.pick_up": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PickUp"];
            };
        };
        responses: {
            /** @description Pick a ringing call up */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["control_plane__features__calls__handover_schemas__Pause"];
            };
        };
        responses: {
            /** @description Pause the recording, or go on */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.rejoin": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rejoin"];
            };
        };
        responses: {
            /** @description Come back to a call */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.supervise": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Supervision"];
            };
        };
        responses: {
            /** @description Listen, whisper or join */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.take_over": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TakeOver"];
            };
        };
        responses: {
            /** @description Take a call over */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.transfer": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Target"];
            };
        };
        responses: {
            /** @description Transfer a call */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "campaigns.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List campaigns */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_CampaignView_"];
                };
            };
        };
    };
    "campaigns.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCampaign"];
            };
        };
        responses: {
            /** @description Create a campaign */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
        };
    };
    "campaigns.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a campaign */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
        };
    };
    "campaigns.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "campaigns.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CampaignPatch"];
            };
        };
        responses: {
            /** @description Change a campaign */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
        };
    };
    "leads.call_backs": {
        parameters: {
            query: {
                /** @description UTC day, `YYYY-MM-DD` */
                day: string;
            };
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Call-backs of a day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallBacksView"];
                };
            };
        };
    };
    "leads.figures": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A campaign's figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FiguresView"];
                };
            };
        };
    };
    "leads.lead": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
                lead_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a lead */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeadView"];
                };
            };
        };
    };
    "leads.dial": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
                lead_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Dial a lead */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialledView"];
                };
            };
        };
    };
    "leads.dispose": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
                lead_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DisposeOrder"];
            };
        };
        responses: {
            /** @description Say what came of a call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeadView"];
                };
            };
        };
    };
    "leads.skip": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
                lead_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SkipOrder"];
            };
        };
        responses: {
            /** @description Pass a lead over */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeadView"];
                };
            };
        };
    };
    "leads.take_back": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaverOrder"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "leads.share": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How a list is shared out */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareView"];
                };
            };
        };
    };
    "leads.share_out": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShareOrder"];
            };
        };
        responses: {
            /** @description Share a list out */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareView"];
                };
            };
        };
    };
    "leads.unshare": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "campaigns.pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Pause a campaign */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
        };
    };
    "leads.preview": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The next lead */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewView"];
                };
            };
        };
    };
    "campaigns.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a campaign */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
        };
    };
    "campaigns.running": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How a campaign runs now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveView"];
                };
            };
        };
    };
    "campaigns.start": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartOrder"];
            };
        };
        responses: {
            /** @description Start a campaign */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
        };
    };
    "campaigns.stop": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stop a campaign */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
        };
    };
    "campaigns.what_if": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhatIfOrder"];
            };
        };
        responses: {
            /** @description What a campaign would come to */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhatIfView"];
                };
            };
        };
    };
    "calls.customer": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Customer"];
            };
        };
        responses: {
            /** @description Find a customer by number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerToken"];
                };
            };
        };
    };
    "do-not-call.files": {
        parameters: {
            query?: {
                /** @description the list of one campaign; null: of the whole tenant */
                campaign_id?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilesView"];
                };
            };
        };
    };
    "do-not-call.send_file": {
        parameters: {
            query?: {
                /** @description the list of one campaign; null: of the whole tenant */
                campaign_id?: string;
                /** @description of numbers without a country code */
                region?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
                file_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Send a file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileView"];
                };
            };
        };
    };
    "do-not-call.drop_file": {
        parameters: {
            query?: {
                /** @description the list of one campaign; null: of the whole tenant */
                campaign_id?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "do-not-call.look_up": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantNumberOrder"];
            };
        };
        responses: {
            /** @description Look a number up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__dnc__schemas__NumberView"];
                };
            };
        };
    };
    "do-not-call.forbid": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForbidOrder"];
            };
        };
        responses: {
            /** @description Have a number not be called */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__dnc__schemas__NumberView"];
                };
            };
        };
    };
    "do-not-call.allow": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantNumberOrder"];
            };
        };
        responses: {
            /** @description Take a number off */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__dnc__schemas__NumberView"];
                };
            };
        };
    };
    "flows.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List flows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_FlowSummary_"];
                };
            };
        };
    };
    "flows.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewFlow"];
            };
        };
        responses: {
            /** @description Create a flow */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowView"];
                };
            };
        };
    };
    "flows.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a flow */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowView"];
                };
            };
        };
    };
    "flows.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "flows.look_over": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlowQuestion"];
            };
        };
        responses: {
            /** @description Check a document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundProblems"];
                };
            };
        };
    };
    "flows.save": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlowDraft"];
            };
        };
        responses: {
            /** @description Save a draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowView"];
                };
            };
        };
    };
    "flows.problems": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Check a draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowProblems"];
                };
            };
        };
    };
    "flows.publish": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Publication"];
            };
        };
        responses: {
            /** @description Publish a draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowSummary"];
                };
            };
        };
    };
    "flows.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a flow */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowSummary"];
                };
            };
        };
    };
    "flows.roll_back": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RollBack"];
            };
        };
        responses: {
            /** @description Roll a flow back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowSummary"];
                };
            };
        };
    };
    "flows.rehearse": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rehearsal"];
            };
        };
        responses: {
            /** @description Simulate a call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RehearsalView"];
                };
            };
        };
    };
    "flows.versions": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a flow's versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_VersionSummary_"];
                };
            };
        };
    };
    "flows.version": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                flow_id: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionView"];
                };
            };
        };
    };
    "calls.listing": {
        parameters: {
            query: {
                /** @description UTC day, `YYYY-MM-DD` */
                day: string;
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those with something left to do, and no others */
                open?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List calls to follow up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_FollowUpView_"];
                };
            };
        };
    };
    "calls.follow_up": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a call to follow up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FollowUpView"];
                };
            };
        };
    };
    "calls.call_back": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallBack"];
            };
        };
        responses: {
            /** @description Call back */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAccepted"];
                };
            };
        };
    };
    "calls.finish": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Finish a follow-up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FollowUpView"];
                };
            };
        };
    };
    "lists.templates": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List templates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_TemplateView_"];
                };
            };
        };
    };
    "lists.template": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                template_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateView"];
                };
            };
        };
    };
    "lists.save_template": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                template_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Mapping"];
            };
        };
        responses: {
            /** @description Save a template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateView"];
                };
            };
        };
    };
    "lists.drop_template": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                template_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "lists.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List lists */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_ListView_"];
                };
            };
        };
    };
    "lists.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewList"];
            };
        };
        responses: {
            /** @description Create a list */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListView"];
                };
            };
        };
    };
    "lists.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a list */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListView"];
                };
            };
        };
    };
    "lists.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "lists.add_part": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                list_id: string;
                part: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Send a part of the file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartView"];
                };
            };
        };
    };
    "lists.begin": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportOrder"];
            };
        };
        responses: {
            /** @description Import a list */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListView"];
                };
            };
        };
    };
    "lists.refused": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description See the description. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "lists.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a list */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListView"];
                };
            };
        };
    };
    "number-health.health": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How well numbers are answered */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumbersHealthView"];
                };
            };
        };
    };
    "number-health.wake": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Show a number that rests again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumbersHealthView"];
                };
            };
        };
    };
    "numbers.of_tenant": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a tenant's numbers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_NumberView_"];
                };
            };
        };
    };
    "numbers.route": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NumberRoute"];
            };
        };
        responses: {
            /** @description Route a number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_plane__features__numbers__schemas__NumberView"];
                };
            };
        };
    };
    "prompts.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List prompts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_PromptView_"];
                };
            };
        };
    };
    "prompts.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPrompt"];
            };
        };
        responses: {
            /** @description Create a prompt */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptView"];
                };
            };
        };
    };
    "prompts.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a prompt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptView"];
                };
            };
        };
    };
    "prompts.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "prompts.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PromptPatch"];
            };
        };
        responses: {
            /** @description Rename a prompt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptView"];
                };
            };
        };
    };
    "prompts.audio": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
                language: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A link to the audio */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioLink"];
                };
            };
        };
    };
    "prompts.add_audio": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
                language: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Send audio */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptView"];
                };
            };
        };
    };
    "prompts.remove_audio": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
                language: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Take audio away */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptView"];
                };
            };
        };
    };
    "prompts.speak": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
                language: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpokenText"];
            };
        };
        responses: {
            /** @description Speak a text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptView"];
                };
            };
        };
    };
    "prompts.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                prompt_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a prompt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptView"];
                };
            };
        };
    };
    "queues.states": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description See queues live */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_QueueStateView_"];
                };
            };
        };
    };
    "queues.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List queues */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_QueueView_"];
                };
            };
        };
    };
    "queues.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewQueue"];
            };
        };
        responses: {
            /** @description Create a queue */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueView"];
                };
            };
        };
    };
    "queues.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                queue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueView"];
                };
            };
        };
    };
    "queues.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                queue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "queues.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                queue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueuePatch"];
            };
        };
        responses: {
            /** @description Change a queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueView"];
                };
            };
        };
    };
    "queues.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                queue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueView"];
                };
            };
        };
    };
    "recordings.find": {
        parameters: {
            query: {
                /** @description UTC day, `YYYY-MM-DD` */
                day: string;
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List recordings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_RecordingView_"];
                };
            };
        };
    };
    "recordings.gaps": {
        parameters: {
            query: {
                /** @description UTC day, `YYYY-MM-DD` */
                day: string;
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is owed and missing */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_RecordingView_"];
                };
            };
        };
    };
    "recordings.summary": {
        parameters: {
            query: {
                /** @description UTC day, `YYYY-MM-DD` */
                day: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A day's sums by state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DaySummary"];
                };
            };
        };
    };
    "recordings.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                recording_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One recording */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingView"];
                };
            };
        };
    };
    "recordings.download": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                recording_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A link to the file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadLink"];
                };
            };
        };
    };
    "recordings.hold": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                recording_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "recordings.release": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                recording_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "reports.show": {
        parameters: {
            query: {
                /** @description `agent` needs `agents.read` too, and `trunk` `spend.read` */
                kind: "tenant" | "queue" | "agent" | "trunk";
                /** @description `quarter` of an hour, `hour`, `day`, or `week` from Monday */
                interval?: "quarter" | "hour" | "day" | "week";
                /** @description from the beginning of this moment's interval */
                since_ms: number;
                /** @description to the end of the interval just before this; 93 days at most */
                until_ms: number;
                /** @description of one only, by its `subject` */
                subject?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Figures by interval */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportView"];
                };
            };
        };
    };
    "reports.download": {
        parameters: {
            query: {
                /** @description `agent` needs `agents.read` too, and `trunk` `spend.read` */
                kind: "tenant" | "queue" | "agent" | "trunk";
                /** @description `quarter` of an hour, `hour`, `day`, or `week` from Monday */
                interval?: "quarter" | "hour" | "day" | "week";
                /** @description from the beginning of this moment's interval */
                since_ms: number;
                /** @description to the end of the interval just before this; 93 days at most */
                until_ms: number;
                /** @description of one only, by its `subject` */
                subject?: string;
                format?: "csv" | "xlsx";
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description See the description. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "tenants.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
        };
    };
    "tenants.spend": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What calls cost today */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendView"];
                };
            };
        };
    };
    "stations.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
                user_id?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List stations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_StationView_"];
                };
            };
        };
    };
    "stations.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStation"];
            };
        };
        responses: {
            /** @description Create a station */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationCreated"];
                };
            };
        };
    };
    "stations.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                extension: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a station */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationView"];
                };
            };
        };
    };
    "stations.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                extension: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "stations.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                extension: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StationPatch"];
            };
        };
        responses: {
            /** @description Change a station */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationView"];
                };
            };
        };
    };
    "stations.set_password": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                extension: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStationPassword"];
            };
        };
        responses: {
            /** @description Set a station's password */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationSecret"];
                };
            };
        };
    };
    "stations.phone": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                extension: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Register one's own phone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationPhone"];
                };
            };
        };
    };
    "stations.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                extension: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a station */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationCreated"];
                };
            };
        };
    };
    "stations.seat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                extension: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Seating"];
            };
        };
        responses: {
            /** @description Seat a user at a station */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationView"];
                };
            };
        };
    };
    "users.listing_of_tenant": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a tenant's users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_TenantUserView_"];
                };
            };
        };
    };
    "users.create_in_tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTenantUser"];
            };
        };
        responses: {
            /** @description Create a user of a tenant */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantUserView"];
                };
            };
        };
    };
    "users.one_of_tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a user of a tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantUserView"];
                };
            };
        };
    };
    "users.archive_in_tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.change_in_tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantUserPatch"];
            };
        };
        responses: {
            /** @description Change a user of a tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantUserView"];
                };
            };
        };
    };
    "users.restore_in_tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a user of a tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantUserView"];
                };
            };
        };
    };
    "users.reset_totp_in_tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "vips.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
            };
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List VIPs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_VipView_"];
                };
            };
        };
    };
    "vips.put": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewVip"];
            };
        };
        responses: {
            /** @description Make a customer a VIP */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VipView"];
                };
            };
        };
    };
    "vips.one": {
        parameters: {
            query?: {
                /** @description show the full number; each look is audited */
                reveal?: "numbers";
            };
            header?: never;
            path: {
                tenant_id: string;
                vip_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a VIP */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VipView"];
                };
            };
        };
    };
    "vips.remove": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                vip_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "vips.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
                vip_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VipPatch"];
            };
        };
        responses: {
            /** @description Change a VIP */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VipView"];
                };
            };
        };
    };
    "tenants.webhook": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get the webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    "tenants.put_webhook": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Set the webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookCreated"];
                };
            };
        };
    };
    "tenants.remove_webhook": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "trunks.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List trunks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_TrunkView_"];
                };
            };
        };
    };
    "trunks.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTrunk"];
            };
        };
        responses: {
            /** @description Create a trunk */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
        };
    };
    "trunks.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a trunk */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
        };
    };
    "trunks.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "trunks.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrunkPatch"];
            };
        };
        responses: {
            /** @description Change a trunk */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
        };
    };
    "trunks.drop_credentials": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "trunks.media_refused": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Media that a trunk does not allow */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefusedMediaList"];
                };
            };
        };
    };
    "trunks.allow_media": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllowMedia"];
            };
        };
        responses: {
            /** @description Allow media that was refused */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
        };
    };
    "trunks.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trunk_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a trunk */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrunkView"];
                };
            };
        };
    };
    "users.listing": {
        parameters: {
            query?: {
                /** @description how many items at most */
                limit?: number;
                /** @description `next` of the page before; leave out for the first page */
                after?: string;
                /** @description those that are archived, and no others */
                archived?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOf_UserView_"];
                };
            };
        };
    };
    "users.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Create a user */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
        };
    };
    "users.one": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
        };
    };
    "users.archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Change a user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
        };
    };
    "users.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
        };
    };
    "users.reset_totp": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
