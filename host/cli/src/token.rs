//! `anjian token`.

use std::io::Write;

use anjian_service::{Role, Tokens};

use crate::args::{RoleName, TokenArgs, TokenVerb};
use crate::exit::{Error, Status};
use crate::rules::table;
use crate::serve::settings;

pub fn run(args: &TokenArgs) -> Result<Status, Error> {
    let tokens = Tokens::of(settings(&args.config)?.tokens);
    let lang = args.lang.get();
    let mut out = anstream::stdout().lock();
    match &args.verb {
        TokenVerb::Add { name, roles } => {
            let roles: Vec<Role> = roles.iter().copied().map(role).collect();
            writeln!(out, "{}", tokens.add(name, &roles)?)?;
            anstream::eprintln!(
                "anjian: {}",
                lang.pick(
                    "令牌只显示这一次，请妥善保管",
                    "the token is shown this once; keep it where nobody else reads it"
                )
            );
        }
        TokenVerb::List => {
            let columns = lang.pick(
                ["令牌", "角色", "创建", "撤销"],
                ["token", "roles", "created", "revoked"],
            );
            let mut rows = vec![columns.map(str::to_owned).to_vec()];
            rows.extend(tokens.all()?.iter().map(|token| {
                let roles: Vec<&str> = token.roles.iter().map(|role| role.word()).collect();
                vec![
                    token.name.clone(),
                    roles.join(", "),
                    token.created.clone(),
                    token.revoked.clone().unwrap_or_default(),
                ]
            }));
            table(&mut out, &rows)?;
        }
        TokenVerb::Revoke { name } => tokens.revoke(name)?,
    }
    Ok(Status::Clean)
}

fn role(name: RoleName) -> Role {
    match name {
        RoleName::Submitter => Role::Submitter,
        RoleName::Officer => Role::Officer,
        RoleName::RuleAdmin => Role::RuleAdmin,
        RoleName::Auditor => Role::Auditor,
    }
}
